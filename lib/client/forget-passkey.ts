/**
 * Tells the browser that a passkey was removed here: password managers then stop offering it (Web Authentication Level 3,
 * §5.1.10.1). Some browsers have no such function. @param credentialId in base64url
 */
export function forgetPasskey(credentialId: string): void {
  const rpId = window.location.hostname;
  void window.PublicKeyCredential?.signalUnknownCredential?.({ rpId, credentialId }).catch(() => undefined);
}
