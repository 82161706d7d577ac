import { createContext } from "react";

/** What the fields of a form need to know about it: the messages by field name, and whether it is being sent. */
export const FormContext = createContext<{ fields: Record<string, string[]>; busy: boolean }>({ fields: {}, busy: false });
