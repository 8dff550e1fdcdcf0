/** An official file of a data set: where it comes from and what it must be. */
export interface OfficialFile {
  readonly name: string;
  readonly md5: string;
}

export interface OfficialArchive extends OfficialFile {
  readonly url: string;
}

/** A data set as its authors publish it. */
export interface OfficialData {
  readonly title: string;
  readonly home: string;
  /** Any one of them will do; the first is what is fetched. */
  readonly archives: readonly OfficialArchive[];
  /** The files that count when unpacked, and the folder of the archive they lie in. */
  readonly folder: string;
  readonly files: readonly OfficialFile[];
  /** What else there is to do, for sets that come by other ways. */
  readonly otherwise?: string;
}

const TORONTO = 'https://www.cs.toronto.edu/~kriz/';

/** MD5 sums as published on the CIFAR page (Krizhevsky) and met by the files in use everywhere. */
export const OFFICIAL_DATA: Readonly<Record<string, OfficialData>> = {
  cifar10: {
    title: 'CIFAR-10',
    home: `${TORONTO}cifar.html`,
    archives: [
      {
        name: 'cifar-10-binary.tar.gz',
        url: `${TORONTO}cifar-10-binary.tar.gz`,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
      },
      {
        name: 'cifar-10-python.tar.gz',
        url: `${TORONTO}cifar-10-python.tar.gz`,
        md5: 'c58f30108f718f92721af3b95e74349a',
      },
    ],
    folder: 'cifar-10-batches-bin',
    files: [
      { name: 'data_batch_1.bin', md5: '5dd7e06a14cb22eb9f671a540d1b7c25' },
      { name: 'data_batch_2.bin', md5: '5ea93a67294ea407fff1d09f752e9692' },
      { name: 'data_batch_3.bin', md5: '942cd6a4bcdd0dd3c604fbe906cb4421' },
      { name: 'data_batch_4.bin', md5: 'ae636b3ba5c66a11e91e8cb52e771fcb' },
      { name: 'data_batch_5.bin', md5: '53f37980c15c3d472c316c40844f3f0d' },
      { name: 'test_batch.bin', md5: '803d5f7f4d78ea53de84dbe85f74fb6d' },
    ],
  },
  cifar100: {
    title: 'CIFAR-100',
    home: `${TORONTO}cifar.html`,
    archives: [
      {
        name: 'cifar-100-binary.tar.gz',
        url: `${TORONTO}cifar-100-binary.tar.gz`,
        md5: '03b5dce01913d631647c71ecec9e9cb8',
      },
      {
        name: 'cifar-100-python.tar.gz',
        url: `${TORONTO}cifar-100-python.tar.gz`,
        md5: 'eb9058c3a382ffc7106e4002c42a8d85',
      },
    ],
    folder: 'cifar-100-binary',
    files: [],
  },
};
