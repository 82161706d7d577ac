import { PageTitle } from "#app/_components/page-title.tsx";
import { config } from "#lib/config.ts";
import { ResetPassword } from "./reset-password.tsx";

export default function ResetPasswordPage() {
  const { PASSWORD_MIN_LENGTH, RECOVERY_LIFETIME } = config();
  return (
    <>
      <PageTitle>New password</PageTitle>
      <ResetPassword passwordMinLength={PASSWORD_MIN_LENGTH} lifetime={RECOVERY_LIFETIME} />
    </>
  );
}
