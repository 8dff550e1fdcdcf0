import fc from 'fast-check';

/** Property tests draw the same cases in every run; change the seed to look further afield. */
fc.configureGlobal({ seed: 20261122 });
