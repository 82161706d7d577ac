"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/** A page that is to be found has its line here. */
const PAGES = [{ path: "/", name: "Home" }];

export function Menu() {
  const here = usePathname();
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-wrap gap-x-5">
        {PAGES.map(({ path, name }) => (
          <li key={path}>
            {/* Asked for when somebody goes there: a page for the signed-in may renew their cookies. */}
            <Link href={path} prefetch={false} aria-current={path === here ? "page" : undefined}>
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
