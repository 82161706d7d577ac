import { expect, test } from "vitest";
import { attachment } from "./attachment.ts";

test.each([
  ["movieconnect-ann.json", 'attachment; filename="movieconnect-ann.json"'],
  ["a.b+c-d_e.json", 'attachment; filename="a.b+c-d_e.json"'],
  ["Ængström.json", "attachment; filename=\"_ngstr_m.json\"; filename*=UTF-8''%C3%86ngstr%C3%B6m.json"],
  ["映画.json", "attachment; filename=\"__.json\"; filename*=UTF-8''%E6%98%A0%E7%94%BB.json"],
  [
    'a "b"\r\n; (c)*!.json',
    "attachment; filename=\"a__b______c___.json\"; filename*=UTF-8''a%20%22b%22%0D%0A%3B%20%28c%29%2A%21.json",
  ],
])("the file's name %j is written as RFC 6266 says", (filename, header) => {
  expect(attachment(filename)).toEqual({ "content-disposition": header });
});
