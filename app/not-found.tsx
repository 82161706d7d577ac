import type { Metadata } from "next";
import { NothingHere } from "#app/_components/nothing-here.tsx";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return <NothingHere />;
}
