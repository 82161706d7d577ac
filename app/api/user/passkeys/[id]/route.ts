import { passkey } from "#lib/answers.ts";
import { removePasskey, renameOwnPasskey } from "#lib/factors/own-passkeys.ts";
import { noContent } from "#lib/http/json.ts";
import { endpoint, route } from "#lib/http/route.ts";
import { passkeyPath, renamePasskeyInput } from "#lib/schemas.ts";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  PATCH: endpoint(
    {
      summary: "Rename a passkey",
      description: "The name is for its owner alone.",
      limit: "account",
      params: passkeyPath,
      body: renamePasskeyInput,
      answers: { 200: passkey },
    },
    ({ db, viewer, params: { id }, body: { name } }) => renameOwnPasskey(db, viewer.userId, id, name),
  ),
  DELETE: endpoint(
    {
      summary: "Remove a passkey",
      description: "It opens the account no more, and all other sessions end.",
      limit: "account",
      proof: true,
      params: passkeyPath,
      answers: { 204: null },
      refuses: ["last_way_in"],
    },
    async ({ db, viewer, params: { id } }) => {
      await removePasskey(db, viewer, id);
      return noContent();
    },
  ),
});
