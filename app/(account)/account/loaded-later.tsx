"use client";

import { lazy } from "react";

// Parts of the account's page that not everybody sees. Their scripts are loaded where they are shown.

export const ProviderWay = lazy(async () => ({ default: (await import("./provider-way.tsx")).ProviderWay }));
export const CameBack = lazy(async () => ({ default: (await import("./came-back.tsx")).CameBack }));
