import { PageTitle } from "#app/_components/page-title.tsx";
import { ConfirmEmail } from "./confirm-email.tsx";

export default function ConfirmEmailPage() {
  return (
    <>
      <PageTitle>Confirm your address</PageTitle>
      <ConfirmEmail />
    </>
  );
}
