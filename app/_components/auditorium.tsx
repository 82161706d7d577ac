"use client";

// It runs no code in a browser, and could be a server component. But the elements of a server component are also sent in the
// page's payload, once for each place that has them: this page, and the not-found page that Next adds to every page. They were
// half of the payload.

// A seat's back, in a tile of 64 by 120. The empty space below it hides the seams between the tiles.
const SEAT = "M4 96V25Q4 4 25 4h14q21 0 21 21v71z";
const SEAT_EDGE = "M4 70V25Q4 4 25 4h14q21 0 21 21v45";

/** Rows from the front to the back; a seat's left edge is at `left`. Each row hides the feet of the row before it. */
const ROWS = [
  { name: "row-1", left: 300, top: 78, scale: 0.8 },
  { name: "row-2", left: 264.8, top: 128, scale: 1.1 },
  { name: "row-3", left: 300, top: 202, scale: 1.5 },
  { name: "row-4", left: 229.6, top: 330, scale: 2.2 },
] as const;

const OURS = ROWS[2];

/** The seats as they look from the last row, with or without a couple in them. A decoration: screen readers skip it. */
export function Auditorium({ people, className }: { people: boolean; className: string }) {
  return (
    <svg viewBox="0 0 600 470" preserveAspectRatio="xMidYMax meet" className={`auditorium ${className}`} aria-hidden="true">
      {ROWS.map(({ name, left, top, scale }) => (
        <g key={name} className={name}>
          <pattern
            id={name}
            width="64"
            height="120"
            patternUnits="userSpaceOnUse"
            patternTransform={`translate(${left} ${top}) scale(${scale})`}
          >
            <path d={SEAT} />
            <path d={SEAT_EDGE} className="rim" />
          </pattern>
          {people && name === OURS.name && <Couple />}
          {/* As wide as any window: the drawing scales by its height alone. */}
          <rect x="-3000" y={top} width="6600" height={90 * scale} fill={`url(#${name})`} />
          <rect x="-3000" y={top + 66 * scale} width="6600" height={480} />
          {people && name === OURS.name && <OurSeats />}
        </g>
      ))}
    </svg>
  );
}

function Couple() {
  return (
    <g className="person">
      <ellipse cx="257" cy="184" rx="25" ry="30" transform="rotate(10 257 184)" />
      <circle cx="355" cy="148" r="14" />
      <ellipse cx="346" cy="182" rx="24" ry="29" transform="rotate(-12 346 182)" />
    </g>
  );
}

function OurSeats() {
  const { left, top, scale } = OURS;
  return (
    <g className="ours">
      <path d={SEAT} transform={`translate(${left - 64 * scale} ${top}) scale(${scale})`} />
      <path d={SEAT} transform={`translate(${left} ${top}) scale(${scale})`} />
    </g>
  );
}
