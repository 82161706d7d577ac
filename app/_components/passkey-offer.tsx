"use client";

import { useEffect, useState } from "react";
import { takeOffer } from "#lib/client/passkey-offer.ts";

/** `isWanted`: the account has no passkey, and this site can use one. `providers`: those that are switched on */
type Props = { accountId: number; isWanted: boolean; providers: { id: string; name: string }[] };
type Card = typeof import("./passkey-offer-card.tsx").PasskeyOfferCard;

/** Offers a passkey to somebody who has logged in with a password and has none, once on each device that can keep one. */
export function PasskeyOffer({ accountId, isWanted, providers }: Props) {
  const [offer, setOffer] = useState<{ Card: Card } | null>(null);

  useEffect(() => {
    let isLeft = false;
    async function makeOffer(): Promise<void> {
      const isPossible = isWanted && (await canKeepPasskeys());
      if (isLeft || !takeOffer(accountId, isPossible)) return;
      // Loaded when it is needed, which is rarely. An offer whose script does not arrive is not made.
      const loaded = await import("./passkey-offer-card.tsx").catch(() => null);
      if (loaded) setOffer({ Card: loaded.PasskeyOfferCard });
    }
    void makeOffer();
    return () => {
      isLeft = true;
    };
  }, [accountId, isWanted]);

  return offer && <offer.Card providers={providers} onLeave={() => setOffer(null)} />;
}

/** Whether this device itself keeps passkeys and recognizes its user. */
async function canKeepPasskeys(): Promise<boolean> {
  const asked = window.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.();
  return (await asked?.catch(() => false)) ?? false;
}
