// Numbers of customs declarations.

/** The day in a number NNNNN/DDMMYY/NNNNNNN, as "2026-11-20"; nothing when it has none. */
export function dayOfDeclaration(number: string): string | undefined {
  const found = /^\d{5}\/(\d\d)(\d\d)(\d\d)\/\d{7}$/.exec(number.trim());
  return found ? `20${found[3]}-${found[2]}-${found[1]}` : undefined;
}
