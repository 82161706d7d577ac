export function MethodAndPath({ method, path }: { method: string; path: string }) {
  return (
    <code className="flex flex-wrap items-baseline gap-x-2">
      <b>{method}</b>
      <span>{path}</span>
    </code>
  );
}
