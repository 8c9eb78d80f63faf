/** Thrown by a case that finds that its subject leaves out what the case is about: it is absent then, neither passed nor failed. */
export class Absent extends Error {}
