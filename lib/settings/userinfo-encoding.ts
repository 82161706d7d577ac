/** What a URL lacks whose user or password has reserved characters as they are. Worded to follow the variable's name. */
export const ENCODING =
  "must have reserved characters percent-encoded in its user and password: " +
  "% is %25, @ is %40, : is %3A, / is %2F, ? is %3F, # is %23, [ is %5B, ] is %5D, a space is %20";
