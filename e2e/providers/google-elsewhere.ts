// Loaded into the application's processes by `--import`: a request for Google's metadata goes to the address in
// GOOGLE_IS_AT. The endpoints that the metadata name are asked where they say.

const GOOGLE = "https://accounts.google.com/";
const original = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const url = String(input instanceof Request ? input.url : input);
  const isGoogle = url.startsWith(GOOGLE) && process.env.GOOGLE_IS_AT !== undefined;
  return original(isGoogle ? `${process.env.GOOGLE_IS_AT}/${url.slice(GOOGLE.length)}` : input, init);
};
