import { Command, CommanderError, Option } from 'commander';
import { EXIT, SpinbarError, usageError, formatDiagnostic } from '../errors/index.js';
import { VERSION } from '../experiment/node/version.js';
import { commandContext, type CommandContext } from './context.js';
import { addGlobalOptions, globalOptions, wholeNumber } from './options.js';
import { colouredDiagnostic, type Terminal } from './terminal.js';

/** Exit code of a process ended by Ctrl-C, by shell convention, when there is nothing to resume. */
const INTERRUPTED = 130;

/** Runs one command line and returns the exit code. All output goes through `terminal`. */
export async function runCommandLine(
  argv: readonly string[],
  terminal: Terminal,
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = buildProgram(terminal, signal, (code) => (exitCode = code));
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explainFailure(error, terminal, { json: argv.includes('--json'), signal });
  }
}

/** Vectors apart by commas or blanks, but not by the comma of v(a,b). */
const vectorNames = (text: string): readonly string[] =>
  text.match(/(?:[^\s,(]|\([^)]*\))+/g) ?? [];

/** Parser of an option of a fixed form. */
const stretch =
  (name: string, form: RegExp, example: string) =>
  (text: string): string => {
    if (form.test(text)) return text;
    throw usageError({
      code: 'cli.invalid-option',
      what: `invalid ${name}: ${text}`,
      mend: `for example ${name} ${example}`,
    });
  };

function shard(text: string): string {
  const [index, count] = stretch(
    '--shard',
    /^\d+\/\d+$/,
    '1/4',
  )(text)
    .split('/')
    .map(Number);
  if (index >= 1 && index <= count) return text;
  throw usageError({
    code: 'cli.invalid-option',
    what: `invalid --shard: ${text}`,
    why: 'shards are counted from 1',
    mend: 'for example --shard 1/4',
  });
}

type Action = (context: CommandContext, ...inputs: never[]) => Promise<number | void>;

function buildProgram(
  terminal: Terminal,
  signal: AbortSignal,
  setExitCode: (code: number) => void,
): Command {
  const program = new Command('spinbar')
    .description('From the spin of a magnetic tunnel junction to the accuracy of a deep network.')
    .version(VERSION, '--version')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.stdout,
      writeErr: terminal.stderr,
      outputError: () => undefined,
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 internal bug, 2 usage, 3 invalid input, 4 numerical failure,\n' +
        '5 finished with failed parts, 75 stopped at a checkpoint (go on with --resume).',
    );
  addGlobalOptions(program);

  /** Commands load when they are called, so that --help is immediate. */
  const lazily =
    (load: () => Promise<Action>) =>
    async (...parameters: unknown[]): Promise<void> => {
      const command = parameters.pop() as Command;
      const inputs = parameters as never[];
      const context = commandContext(terminal, await globalOptions(command), signal);
      try {
        const action = await load();
        setExitCode((await action(context, ...inputs)) ?? EXIT.ok);
      } finally {
        await context.close();
      }
    };

  program
    .command('simulate')
    .argument('<netlist>', 'SPICE netlist')
    .option('--save <vectors>', 'keep only these, such as v(out),i(v1)', vectorNames)
    .option(
      '--trials <n>',
      'Monte Carlo: draw agauss, unif and their like anew n times',
      wholeNumber('--trials', 1),
    )
    .addOption(
      new Option('--raw <form>', 'form of the raw file that --out writes')
        .choices(['binary', 'ascii'])
        .default('binary'),
    )
    .description(
      'solve a netlist: node voltages and element currents of every analysis it asks for',
    )
    .action(lazily(async () => (await import('./commands/simulate.js')).simulateCommand));

  program
    .command('crossbar')
    .argument('<spec>', 'crossbar spec: cells, wires, inputs')
    .description('solve a crossbar with its wires: currents, maps, transfer matrix, netlist')
    .action(lazily(async () => (await import('./commands/crossbar.js')).crossbarCommand));

  program
    .command('calibrate')
    .argument('<device>', 'device file, or measured counts (.csv: current, trials, switched)')
    .option('--protocol <file>', 'protocol file: what is done to the device')
    .option('--half-width <p>', 'half width of the 95 % interval of every point', Number)
    .option('--points <n>', 'number of currents', wholeNumber('--points', 3))
    .addOption(
      new Option(
        '--method <name>',
        'Monte Carlo, Fokker-Planck, or the one that suits the device',
      ).choices(['mc', 'fp', 'auto']),
    )
    .addOption(
      new Option(
        '--non-monotone <policy>',
        'a response that falls again: keep its rise, or refuse it',
      ).choices(['restrict', 'refuse']),
    )
    .option('--temperature <T>', 'of measured counts (default 300 K)')
    .description('sample or solve P_sw(I) of a device and fit its switching curve')
    .action(lazily(async () => (await import('./commands/calibrate.js')).calibrateCommand));

  program
    .command('surface')
    .argument('<plan>', 'surface plan: device, protocol, widths, temperatures, corners')
    .description('P_sw over current, pulse width, temperature and variation corner, with report')
    .action(lazily(async () => (await import('./commands/surface.js')).surfaceCommand));

  program
    .command('trajectory')
    .argument('<device>', 'device file')
    .option('--protocol <file>', 'protocol file: what is done to the device')
    .option('--current <I>', 'the swept current, such as "5 uA" (default 0)')
    .addOption(
      new Option('--method <name>', 'adaptive at 0 K, else Heun')
        .choices(['auto', 'adaptive', 'heun', 'midpoint'])
        .default('auto'),
    )
    .option('--cold', 'without thermal noise, from a start tilted by --tilt')
    .option('--tilt <angle>', 'tilt of a cold start from its well (default 1 deg)')
    .description('one magnet through a protocol: m(t), energy, resistance, report')
    .action(lazily(async () => (await import('./commands/trajectory.js')).trajectoryCommand));

  program
    .command('switching')
    .argument('<problem>', 'magnet problem file, or a device file with --protocol')
    .option('--table <csv>', 'variants: columns named by key paths of the problem')
    .option('--protocol <file>', 'protocol file, for a device')
    .option('--current <I>', 'the swept current of the protocol (default 0)')
    .addOption(
      new Option(
        '--method <name>',
        'auto; finite volumes in the polar angle; Fokker-Planck; Monte Carlo; splitting',
      )
        .choices(['auto', 'axial', 'fp', 'mc', 'split'])
        .default('auto'),
    )
    .option('--tolerance <t>', 'of the axial or the Fokker-Planck solver', Number)
    .option(
      '--trials <n>',
      'of Monte Carlo, or magnets of a replica of splitting',
      wholeNumber('--trials', 2),
    )
    .option('--times', 'also the distribution of switching times, by Monte Carlo')
    .description('switching and error probabilities of one problem or a table of them, to 1e-15')
    .action(lazily(async () => (await import('./commands/switching.js')).switchingCommand));

  program
    .command('rates')
    .argument('<device>', 'device file')
    .option('--pulses <times>', 'pulse lengths of the tables, such as "1 ns, 5 ns"')
    .description('retention, thermally activated switching, write errors and regimes of a device')
    .action(lazily(async () => (await import('./commands/rates.js')).ratesCommand));

  program
    .command('train')
    .argument('<experiment>', 'experiment file')
    .description('train a float network, then one through the stochastic partial sums')
    .action(lazily(async () => (await import('./commands/train.js')).trainCommand));

  program
    .command('run')
    .argument('<experiment>', 'experiment file')
    .option(
      '--images <first:last>',
      'score only these images',
      stretch('--images', /^\d+:\d+$/, '0:1000'),
    )
    .option('--shard <i/n>', 'score the i-th of n stretches; `merge` joins them', shard)
    .description('netlist, magnet, arrays, network: score an experiment and write its report')
    .action(lazily(async () => (await import('./commands/run.js')).runCommand));

  program
    .command('score')
    .argument('<network>', 'network file: weights, mapping, converter, data')
    .option(
      '--images <first:last>',
      'score only these images',
      stretch('--images', /^\d+:\d+$/, '0:1000'),
    )
    .option('--shard <i/n>', 'score the i-th of n stretches; `merge` joins them', shard)
    .description('score a network of your own: PyTorch, ONNX or safetensors weights, any mapping')
    .action(lazily(async () => (await import('./commands/score.js')).scoreCommand));

  program
    .command('cost')
    .argument('<experiment>', 'experiment file')
    .description('energy, latency and area of an experiment beside its reference designs')
    .option(
      '--sweep <key=values>',
      'price every combination of values, such as mapping.rows=64,128; may be repeated',
      (text: string, previous: readonly string[] = []) => [...previous, text],
    )
    .action(lazily(async () => (await import('./commands/cost.js')).costCommand));

  program
    .command('compare')
    .argument('<designs...>', 'experiment files and folders that `run` wrote')
    .description('designs side by side: accuracy, energy, latency, area, ratios to the first')
    .action(lazily(async () => (await import('./commands/compare.js')).compareCommand));

  program
    .command('allocate')
    .argument('<experiment>', 'experiment file')
    .description('samples by layer under an energy, latency or EDP budget, as an experiment file')
    .action(lazily(async () => (await import('./commands/allocate.js')).allocateCommand));

  program
    .command('merge')
    .argument('<folders...>', 'output folders of shards')
    .description('join scored shards into the results of one run, exactly')
    .action(lazily(async () => (await import('./commands/merge.js')).mergeCommand));

  program
    .command('data')
    .argument('<set>', 'cifar10 or cifar100')
    .option('--dir <folder>', 'where the data set is, or shall be (default: data/SET)')
    .option('--offline', 'only check what is there')
    .description('check a data set against its published sums; fetch the official archive')
    .action(lazily(async () => (await import('./commands/data.js')).dataCommand));

  program
    .command('explain')
    .argument('[key]', 'a key such as mtj.alpha, or nothing for the list')
    .argument('[file]', 'a device file, for its derived figures')
    .description('what a configuration key means: name, symbol, unit, range, default')
    .action(lazily(async () => (await import('./commands/explain.js')).explain));

  program
    .command('doctor')
    .description('check this machine and installation, and say how to mend what is missing')
    .action(lazily(async () => (await import('./commands/doctor.js')).doctor));

  return program;
}

/** Prints an error in the grammar of the project and returns the exit code it leads to. */
function explainFailure(
  error: unknown,
  terminal: Terminal,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code === 'commander.help') return EXIT.usage;
    return explainFailure(usageFrom(error), terminal, { json, signal });
  }
  if (error instanceof SpinbarError) {
    const format = terminal.isTerminal ? colouredDiagnostic : formatDiagnostic;
    for (const diagnostic of error.diagnostics) terminal.stderr(`${format(diagnostic)}\n`);
    if (json) terminal.stdout(`${JSON.stringify({ diagnostics: error.diagnostics })}\n`);
    return error.exitCode;
  }
  if (signal.aborted && error === signal.reason) {
    terminal.stderr('stopped; nothing was written\n');
    return INTERRUPTED;
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  terminal.stderr(
    `error[cli.internal-bug]: ${message}\n` +
      `  why: this is a bug in Spinbar ${VERSION}, not in your input\n` +
      `  mend: please report it with the command and these lines:\n${stack ?? ''}\n`,
  );
  return EXIT.internalBug;
}

function usageFrom({ message }: CommanderError): SpinbarError {
  const [first, ...hints] = message.replace(/^error: /, '').split('\n');
  return usageError({
    code: 'cli.usage',
    what: first,
    mend: [...hints, 'see spinbar --help, or spinbar COMMAND --help'].join(' '),
  });
}
