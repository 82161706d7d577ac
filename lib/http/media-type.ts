import "server-only";

import { splitField } from "#lib/settings/field-value.ts";

// RFC 9110 §5.6.6, with nothing in it that is quoted for a reason.
const PARAMETER = /^([!#$%&'*+.^_`|~\w-]+)=(?:[!#$%&'*+.^_`|~\w-]+|"[\t !#-[\]-~]*")$/;

/**
 * Whether a `Content-Type` is JSON in UTF-8, which is what JSON between systems is (RFC 8259 §8.1): another charset is
 * another media type, and so is a parameter that can't be read, which may be one.
 */
export function isUtf8Json(mediaType: string): boolean {
  const [essence = "", ...parameters] = splitField(mediaType, ";");
  if (essence.toLowerCase() !== "application/json") return false;
  return parameters.every((parameter) => {
    if (parameter === "") return true;
    const [, name = ""] = PARAMETER.exec(parameter) ?? [];
    return name !== "" && (name.toLowerCase() !== "charset" || /^charset="?utf-?8"?$/i.test(parameter));
  });
}
