import http from "node:http";
import https from "node:https";
import { scan } from "@mdn/mdn-http-observatory";

// node scan.mjs HOST HTTP_PORT HTTPS_PORT: what Mozilla's site would say of this host, as JSON.
// The scanner takes a name alone, and asks it on ports 80 and 443. Not everybody may have those, or name a host: here the
// connection leads to this machine's ports, and nowhere else. What is said over it stays as it is.

const [host, httpPort, httpsPort] = process.argv.slice(2);
const ports = { [`${host}:80`]: httpPort, [`${host}:443`]: httpsPort };

for (const { Agent } of [http, https]) {
  const connect = Agent.prototype.createConnection;
  Agent.prototype.createConnection = function (options, ...rest) {
    const port = ports[`${options.host}:${options.port}`];
    if (port === undefined) throw new Error(`the scan went astray, to ${options.host}:${options.port}`);
    // The host's name stays in `servername`: the certificate is verified against it.
    return connect.call(this, { ...options, host: "127.0.0.1", port: Number(port) }, ...rest);
  };
}

process.stdout.write(JSON.stringify(await scan(host)));
