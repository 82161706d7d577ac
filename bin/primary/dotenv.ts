import nextEnv from "@next/env";

/**
 * Adds the variables of the working directory's `.env` files to the environment, as Next does: `.env.production.local` or
 * `.env.development.local` first, then `.env.local`, `.env.production` or `.env.development`, and `.env`. A variable that is
 * already set keeps its value, even an empty one.
 */
export function readDotenv({ isDev = false } = {}): void {
  nextEnv.loadEnvConfig(process.cwd(), isDev, { info: () => undefined, error: console.error });
}
