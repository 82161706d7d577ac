/** The settings of the other providers that people can sign in with. */
export type ProviderSettings = {
  AUTH_GOOGLE_ID?: string | undefined;
  AUTH_GOOGLE_SECRET?: string | undefined;
  AUTH_GITHUB_ID?: string | undefined;
  AUTH_GITHUB_SECRET?: string | undefined;
  AUTH_GITHUB_URL?: URL | undefined;
  AUTH_OIDC_ISSUER?: string | undefined;
  AUTH_OIDC_ID?: string | undefined;
  AUTH_OIDC_SECRET?: string | undefined;
  AUTH_OIDC_NAME?: string | undefined;
};

export const PROVIDER_IDS = ["google", "github", "oidc"] as const;
export type ProviderId = (typeof PROVIDER_IDS)[number];
/** `name`: as buttons say it */
export type Provider = { id: ProviderId; name: string };

const REQUIRED: Record<ProviderId, (keyof ProviderSettings)[]> = {
  google: ["AUTH_GOOGLE_ID", "AUTH_GOOGLE_SECRET"],
  github: ["AUTH_GITHUB_ID", "AUTH_GITHUB_SECRET"],
  oidc: ["AUTH_OIDC_ISSUER", "AUTH_OIDC_ID", "AUTH_OIDC_SECRET"],
};
const OPTIONAL: Record<ProviderId, (keyof ProviderSettings)[]> = {
  google: [],
  github: ["AUTH_GITHUB_URL"],
  oidc: ["AUTH_OIDC_NAME"],
};

/** Variables that Auth.js reads by itself. Each would bypass a setting of ours. */
const FOREIGN = /^(?:AUTH_URL|AUTH_REDIRECT_PROXY_URL|AUTH_SECRET_\d|AUTH_TRUST_HOST|NEXTAUTH_\w+)$/;

/** The providers whose variables are set, in the order of their buttons. */
export function configuredProviders(settings: ProviderSettings): Provider[] {
  const names: Record<ProviderId, string> = {
    google: "Google",
    github: "GitHub",
    oidc: settings.AUTH_OIDC_NAME ?? "single sign-on",
  };
  const isOn = (id: ProviderId) => REQUIRED[id].every((name) => settings[name] !== undefined);
  return PROVIDER_IDS.filter(isOn).map((id) => ({ id, name: names[id] }));
}

/**
 * What is missing beside a provider's other variables, and which variables of Auth.js must not be set.
 * @param variables the whole environment
 * @throws {Error} one line
 */
export function assertProviderSettings(settings: ProviderSettings, variables: Record<string, string | undefined>): void {
  const problems = PROVIDER_IDS.flatMap((id) => {
    const given = [...REQUIRED[id], ...OPTIONAL[id]].filter((name) => settings[name] !== undefined);
    const missing = REQUIRED[id].filter((name) => settings[name] === undefined);
    return given.length > 0 && missing.length > 0 ? [`${missing.join(" and ")} must be set with ${given.join(" and ")}`] : [];
  });
  const foreign = Object.keys(variables).filter((name) => variables[name] && FOREIGN.test(name));
  problems.push(
    ...foreign.map((name) => `${name} must not be set: Auth.js would obey it in place of this application's settings`),
  );
  if (problems.length > 0) throw new Error(`Bad environment: ${problems.join("; ")}.`);
}
