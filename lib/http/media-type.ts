import "server-only";

import { splitField } from "#lib/settings/field-value.ts";

// RFC 9110 §5.6.6, without escapes in quoted values.
const PARAMETER = /^([!#$%&'*+.^_`|~\w-]+)=(?:[!#$%&'*+.^_`|~\w-]+|"[\t !#-[\]-~]*")$/;

/** Whether a `Content-Type` is JSON in UTF-8, the encoding of JSON between systems (RFC 8259 §8.1). */
export function isUtf8Json(mediaType: string): boolean {
  return isUtf8("application/json", mediaType);
}

/** Whether a `Content-Type` is that of an HTML form without files, in UTF-8. */
export function isUtf8Form(mediaType: string): boolean {
  return isUtf8("application/x-www-form-urlencoded", mediaType);
}

// Another charset counts as another media type, and so does an unreadable parameter, since it may be a charset.
function isUtf8(expected: string, mediaType: string): boolean {
  const [essence = "", ...parameters] = splitField(mediaType, ";");
  if (essence.toLowerCase() !== expected) return false;
  return parameters.every((parameter) => {
    if (parameter === "") return true;
    const [, name = ""] = PARAMETER.exec(parameter) ?? [];
    return name !== "" && (name.toLowerCase() !== "charset" || /^charset="?utf-?8"?$/i.test(parameter));
  });
}
