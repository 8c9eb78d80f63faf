// What finance knows: the vendors, and the invoices that have come in. An application has them in a database.

interface Vendor {
  readonly since: number;
  readonly delivers: string;
}

interface Invoice {
  readonly vendor: string;
  readonly amount: number;
  readonly due: string;
}

export const VENDORS: Readonly<Record<string, Vendor>> = {
  "Acme Corp": { since: 2019, delivers: "packaging" },
  Globex: { since: 2021, delivers: "couriers" },
  Hooli: { since: 2023, delivers: "servers" },
  Initech: { since: 2020, delivers: "licences" },
  Northwind: { since: 2024, delivers: "catering" },
};

export const INVOICES: Readonly<Record<string, Invoice>> = {
  "88": { vendor: "Acme Corp", amount: 4_200, due: "15 December" },
  "91": { vendor: "Acme Corp", amount: 3_900, due: "20 December" },
  "311": { vendor: "Initech", amount: 1_250, due: "31 December" },
  "312": { vendor: "Initech", amount: 1_310, due: "31 December" },
  "313": { vendor: "Initech", amount: 1_180, due: "31 December" },
  "1207": { vendor: "Globex", amount: 18_400, due: "18 December" },
  "2041": { vendor: "Hooli", amount: 62_000, due: "10 December" },
};
