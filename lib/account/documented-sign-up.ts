import "server-only";

import { config } from "#lib/config.ts";
import { signUpInput } from "#lib/schemas.ts";

/** What a signup takes, with the limits that are this instance's settings: for the API's document. */
export function documentedSignUp() {
  const { PASSWORD_MIN_LENGTH, MINIMUM_AGE } = config();
  const { password, age } = signUpInput.shape;
  const fields = {
    password: password.meta({ minLength: PASSWORD_MIN_LENGTH }),
    age: age.meta({ description: `A date of birth, from ${MINIMUM_AGE} to 130 years ago.` }),
  };
  return signUpInput.extend(fields).meta({ id: "SignUp" });
}
