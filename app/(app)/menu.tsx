"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/** Each page of the menu has its line here. */
const PAGES = [{ path: "/", name: "Home" }];

export function Menu() {
  const here = usePathname();
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-wrap gap-x-5">
        {PAGES.map(({ path, name }) => (
          <li key={path}>
            {/* Not prefetched: a request for a page of the signed-in may renew their cookies. */}
            <Link href={path} prefetch={false} aria-current={path === here ? "page" : undefined}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
