import { relative } from "node:path";
import { describeDatabase } from "#lib/settings/database-url.ts";

type Facts = {
  isDev: boolean;
  workers: number;
  publicUrl: string | undefined;
  port: number;
  metricsUrl: string | undefined;
  databaseUrl: string;
  /** The file that holds the database's URL, with the password */
  urlFile: string | undefined;
  /** Whether mails are shown at /dev/mail, instead of sent */
  hasMailPage: boolean;
};

/** The message of `npm start` and `npm run dev` when everything runs. At a terminal it says more, for a person who may be new. */
export function banner({ isDev, workers, publicUrl, port, metricsUrl, databaseUrl, urlFile, hasMailPage }: Facts): string {
  const local = `http://localhost:${port}`;
  const isTerminal = process.stdout.isTTY;
  const how = isDev ? "hot reload" : `${workers} worker${workers === 1 ? "" : "s"}`;
  const lines = [
    `MovieConnect is ready, with ${how}.`,
    "",
    ...(publicUrl === undefined ? [`Open       ${local}`] : [`Open       ${publicUrl}`, `Serves     ${local}`]),
    // The password is left out, since output ends up in logs. The file below holds it.
    `Database   ${describeDatabase(databaseUrl)}`,
    urlFile && `           psql "$(cat ${quoted(nearest(urlFile))})"`,
    metricsUrl && `Metrics    ${metricsUrl}`,
    isTerminal && `API        ${publicUrl ?? local}/docs`,
    isTerminal && hasMailPage && `Mail       ${local}/dev/mail`,
    isTerminal && publicUrl === undefined && "Account    npm run manage -- demo",
    "Stop       Ctrl-C",
  ];
  const shown = lines.filter((line) => typeof line === "string");
  return `\n${shown.map((line) => `  ${line}`.trimEnd()).join("\n")}\n`;
}

function nearest(file: string): string {
  const path = relative(".", file);
  return path.startsWith("..") ? file : path;
}

// Quoted for a POSIX shell.
function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
