/** Whether a URL leads to other machines too. An origin that is not set is this machine's. */
export function isPublic(url: URL | undefined): url is URL {
  return url !== undefined && !/^(localhost|127\.[\d.]+|\[::1\])$/i.test(url.hostname);
}
