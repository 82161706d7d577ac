type Props = {
  /** Its anchor */
  id: string;
  title: string;
  /** What it is for */
  about: string;
  children: React.ReactNode;
};

/** One part of the account: on a wide screen its name and what it is for stand beside it. */
export function Part({ id, title, about, children }: Props) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="part">
      <div>
        <h2 id={`${id}-title`}>{title}</h2>
        <p className="mt-2 text-ink-soft">{about}</p>
      </div>
      <div className="max-w-xl min-w-0">
        <div className="came-back" />
        {children}
      </div>
    </section>
  );
}
