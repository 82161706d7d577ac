import http from "node:http";
import https from "node:https";
import { scan } from "@mdn/mdn-http-observatory";

// node scan.mjs HOST HTTP_PORT HTTPS_PORT: Mozilla's rating of this host, as JSON.
// The scanner takes only a host name, and connects to its ports 80 and 443. Not every user may listen there, or name a host:
// here each connection leads to this machine's ports, and nowhere else. The traffic itself is unchanged.

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
