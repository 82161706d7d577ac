import { createContext } from "react";

/** What a form tells its fields: the messages by field name, and whether it is being sent. */
export const FormContext = createContext<{ fields: Record<string, string[]>; busy: boolean }>({ fields: {}, busy: false });
