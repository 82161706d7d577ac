import nextEnv from "@next/env";

/**
 * Adds to the environment what `.env` files of the working directory say, as Next does: `.env.production.local` or
 * `.env.development.local` first, then `.env.local`, `.env.production` or `.env.development`, and `.env`. What is set already,
 * to nothing even, stays.
 */
export function readDotenv({ isDev = false } = {}): void {
  nextEnv.loadEnvConfig(process.cwd(), isDev, { info: () => undefined, error: console.error });
}
