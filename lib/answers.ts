import { z } from "zod";

// The API's successful answers. The browser uses the types, the API's document the schemas.

// Not `z.jwt()`: JSON Schema does not know its format.
const token = z.string().meta({ pattern: "^[\\w\\-]+\\.[\\w\\-]+\\.[\\w\\-]+$" });
// Has the form of a token, and no valid signature.
const A_TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.c2lnbmF0dXJl";

export const user = z
  .object({
    id: z
      .int()
      .positive()
      .meta({ examples: [1] }),
    username: z.string().meta({ examples: ["ann"] }),
    email: z.string().meta({ examples: ["ann@example.com"] }),
    age: z.iso.date().meta({ examples: ["1990-01-02"] }),
  })
  .meta({ id: "User" });
export const profile = z.object({ username: z.string().meta({ examples: ["ann"] }) }).meta({ id: "Profile" });
export const refreshToken = z
  .object({ refresh: token.meta({ description: "A refresh token, for clients without cookies.", examples: [A_TOKEN] }) })
  .meta({ id: "RefreshToken" });

export type User = z.output<typeof user>;
export type Profile = z.output<typeof profile>;
