/** The page that a query asks for, from 0; people count from 1. What is no number is the first. */
export const pageNumber = (text: string | undefined): number =>
  text !== undefined && /^[1-9]\d{0,4}$/.test(text) ? Number(text) - 1 : 0;
