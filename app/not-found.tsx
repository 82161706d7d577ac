import { NothingHere } from "#app/_components/nothing-here.tsx";
import { PageTitle } from "#app/_components/page-title.tsx";

export default function NotFound() {
  return (
    <>
      <PageTitle>Page not found</PageTitle>
      <NothingHere />
    </>
  );
}
