import "./docs.css";
import { HeaderRow } from "#app/_components/header-row.tsx";
import { NeedsScript } from "#app/_components/needs-script.tsx";
import { PageTitle } from "#app/_components/page-title.tsx";
import { Menu } from "#app/(app)/menu.tsx";
import { apiDocument } from "#app/api/document.ts";
import { MethodAndPath } from "./method-and-path.tsx";
import { OperationSection } from "./operation-section.tsx";
import { Prose } from "./prose.tsx";

/** The API's document, to read and to try out. Rendered on the server: without scripts a browser shows all but the answers. */
export default async function DocsPage() {
  const document = await apiDocument();
  // Leaves out HEAD and OPTIONS, which every path has.
  const operations = Object.entries(document.paths).flatMap(([path, { get, post, put, patch, delete: del }]) =>
    Object.entries({ get, post, put, patch, delete: del }).flatMap(([method, operation]) =>
      operation ? [{ method: method.toUpperCase(), path, operation }] : [],
    ),
  );
  return (
    <div className="min-h-dvh bg-paper">
      <PageTitle>The API</PageTitle>
      <header className="house">
        <div className="edged mx-auto max-w-7xl pt-4 pb-10 lg:pt-8 lg:pb-14">
          <div className="flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
            <HeaderRow menu={<Menu />} />
          </div>
          <h1 className="headline mt-8 lg:mt-12">The API</h1>
          <p className="mt-4 max-w-[65ch] text-lg">
            <Prose text={document.info.description} />
          </p>
          <p className="mt-4">
            <a href="/api/openapi.json">The same as an OpenAPI 3.1 document</a>
          </p>
        </div>
      </header>
      <main className="edged mx-auto max-w-7xl pb-16">
        <nav aria-label="Endpoints" className="py-8">
          <ul className="grid gap-x-10 gap-y-3 md:grid-cols-2 xl:grid-cols-3">
            {operations.map(({ method, path, operation }) => (
              <li key={operation.operationId}>
                <a href={`#${operation.operationId}`}>{operation.summary}</a>
                <MethodAndPath method={method} path={path} />
              </li>
            ))}
          </ul>
        </nav>
        <p className="notice notice-good">
          What you send from here is real: it makes accounts, and opens and ends your own session. Cookies travel by themselves,
          where no script sees them.
        </p>
        <div className="notices">
          <NeedsScript doing="Trying it out" />
        </div>
        {operations.map((one) => (
          <OperationSection key={one.operation.operationId} {...one} document={document} />
        ))}
      </main>
    </div>
  );
}
