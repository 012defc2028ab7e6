/** The time that business rules obey. In the sandbox it can be moved forward; signatures use real time. */
export interface Clock {
  now(): Date;
}

/** The time of the machine itself. */
export const systemClock: Clock = { now: () => new Date() };

/** `date` moved by `seconds`. */
export function addSeconds(date: Date, seconds: number): Date {
  return new Date(date.getTime() + seconds * 1000);
}
