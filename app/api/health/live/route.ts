import { endpoint, route } from "@/lib/http/route";

export const { GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE } = route({
  GET: endpoint({ public: true }, () => ({ status: "live" })),
});
