import { requireViewer } from "@/lib/auth/viewer";

export default async function HomePage() {
  const viewer = await requireViewer("/");
  return <h1>Welcome, {viewer.username}</h1>;
}
