import { connect, createServer, type Server, type Socket } from "node:net";

/** One address that leads to a TCP server. The server can be changed, and the traffic held up. */
export type Switch = {
  port: number;
  /** Sends new connections to another port, and drops the open ones, as HAProxy does when a server is down. */
  turnTo: (port: number) => void;
  /** Lets nothing through until `resume`. Traffic that is held up when the target changes is lost. */
  hold: () => void;
  resume: () => void;
  close: () => void;
};

/** @param target a port of this machine */
export async function openSwitch(target: number): Promise<Switch> {
  let current = target;
  let isHeld = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(current, "127.0.0.1");
    join(near, far);
    join(far, near);
  });

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    from.setNoDelay(true);
    if (isHeld) from.pause();
    from.on("data", (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on("drain", () => !isHeld && from.resume());
    from
      .on("error", () => undefined)
      .on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    from.on("end", () => to.end());
  }
  function dropAll(): void {
    for (const socket of sockets) socket.destroy();
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: portOf(server),
    turnTo: (port) => {
      current = port;
      dropAll();
    },
    hold: () => {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      isHeld = false;
      for (const socket of sockets) socket.resume();
    },
    close: () => {
      server.close();
      dropAll();
    },
  };
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the switch does not listen");
  return address.port;
}
