/** Whether a site's origin is for other machines too. Without an origin it is only known on this machine. */
export function isPublic(origin: URL | undefined): origin is URL {
  return origin !== undefined && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(origin.hostname);
}
