import pg from "pg";

// How columns come to JavaScript, in whatever connection.

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
// A birth date has no time and no time zone: as a `Date` it would shift with the server's time zone.
pg.types.setTypeParser(pg.types.builtins.DATE, String);
