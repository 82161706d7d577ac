import { PageTitle } from "#app/_components/page-title.tsx";
import { config } from "#lib/config.ts";
import { UndoEmailChange } from "./undo-email-change.tsx";

export default function UndoEmailChangePage() {
  return (
    <>
      <PageTitle>Bring your address back</PageTitle>
      <UndoEmailChange lifetime={config().RECOVERY_LIFETIME} />
    </>
  );
}
