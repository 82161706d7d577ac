"use client";

import { type ComponentProps, lazy } from "react";

// Parts of the account's page that not everybody sees. Their scripts are loaded where they are shown.

const LazyProviderWay = lazy(() => import("./provider-way.tsx"));
const LazyCameBack = lazy(() => import("./came-back.tsx"));

// The server's own reference to a component is lazy already, and must not lead to another such one.

export function ProviderWay(props: ComponentProps<typeof LazyProviderWay>) {
  return <LazyProviderWay {...props} />;
}

export function CameBack(props: ComponentProps<typeof LazyCameBack>) {
  return <LazyCameBack {...props} />;
}
