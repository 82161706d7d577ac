import { type CDPSession, expect, type Page } from "playwright/test";

// A device that keeps passkeys, in the tests' browser: Chromium's own, by its DevTools protocol (domain "WebAuthn").

/** A passkey as the device keeps it. All bytes are in Base64. */
type KeptPasskey = {
  credentialId: string;
  isResidentCredential: boolean;
  rpId?: string;
  privateKey: string;
  userHandle?: string;
  signCount: number;
};

export type Authenticator = Awaited<ReturnType<typeof plugInAuthenticator>>;

/**
 * Gives the page's browser a device with passkeys. It answers nothing until `touch` says so: a device that always answers would
 * also answer the autofill of each login page as soon as it is loaded.
 * @param isVerified whether it recognizes its user, by a finger or a PIN
 */
export async function plugInAuthenticator(page: Page, { isVerified = true } = {}) {
  const devTools: CDPSession = await page.context().newCDPSession(page);
  await devTools.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await devTools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: isVerified,
      automaticPresenceSimulation: false,
    },
  });
  await page.addInitScript(() => {
    const { credentials } = navigator;
    const get = credentials.get.bind(credentials);
    credentials.get = (options) => {
      if (options?.mediation === "conditional") Object.assign(window, { isOffering: true });
      return get(options);
    };
  });
  const answer = (enabled: boolean) => devTools.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId, enabled });
  return {
    /** Answers what the browser begins to ask for meanwhile. For the autofill, load the page meanwhile. */
    touch: async (work: () => Promise<unknown>): Promise<void> => {
      await answer(true);
      await work();
      await answer(false);
    },
    setVerified: (isUserVerified: boolean) => devTools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }),
    passkeys: async (): Promise<KeptPasskey[]> =>
      (await devTools.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
    /** Puts a passkey into the device: another device's, or a copy with another count. */
    put: (credential: KeptPasskey) => devTools.send("WebAuthn.addCredential", { authenticatorId, credential }),
    remove: (credentialId: string) => devTools.send("WebAuthn.removeCredential", { authenticatorId, credentialId }),
    unplug: () => devTools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
  };
}

/** Opens a login page, whose autofill then waits for the device. What the device answers after that is for a click. */
export async function openLogIn(page: Page, path = "/login"): Promise<void> {
  await page.goto(path);
  await expect.poll(() => page.evaluate(() => "isOffering" in window)).toBe(true);
}

/** Adds a passkey for the viewer of the page, without the pages' forms. */
export async function addPasskey(page: Page, device: Authenticator): Promise<void> {
  await device.touch(async () => {
    const status = await page.evaluate(async () => {
      const headers = { "content-type": "application/json" };
      const asked = await fetch("/api/user/passkeys/options/", { method: "POST" });
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await asked.json());
      const response = await navigator.credentials.create({ publicKey });
      return (await fetch("/api/user/passkeys/", { method: "POST", headers, body: JSON.stringify({ response }) })).status;
    });
    expect(status).toBe(201);
  });
}
