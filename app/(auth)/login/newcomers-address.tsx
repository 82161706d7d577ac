"use client";

import { newcomer } from "#app/(auth)/newcomer.ts";

/** The address that was typed at the signup, so that a mistyped one is noticed. */
export function NewcomersAddress() {
  const email = newcomer()?.email;
  return email === undefined ? "you" : <bdi className="font-bold">{email}</bdi>;
}
