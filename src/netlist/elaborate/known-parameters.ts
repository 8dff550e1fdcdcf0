/** Words of a list, with those of other lists. */
const words = (text: string, ...others: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
  new Set([...text.trim().split(/\s+/), ...others.flatMap((other) => [...other])]);

const MOS_COMMON =
  words(`level vto vt0 kp gamma phi lambda rd rs cbd cbs is pb cgso cgdo cgbo rsh cj
  mj cjsw mjsw js tox ld wd u0 uo fc kf af nlev gdsnoi tnom nsub nss tpg nfs vmax delta theta eta kappa
  xj uexp utra ucrit neff xl xw l w n type nmos pmos acm hdif ldif rdc rsc vth0 version
  cox e0 dl dw leta weta tcv bex ucex lambda`);

/** Parameters that a model card of each type may have, whether or not the engine uses them. */
const MODEL_PARAMETERS: Readonly<Record<string, ReadonlySet<string>>> = {
  nmos: MOS_COMMON,
  pmos: MOS_COMMON,
  d: words(`level is js jsw n ns rs trs trs1 trs2 tt ttt1 ttt2 cjo cj0 cj vj pb m mj tm1 tm2 cjp cjsw php
    vjsw mjsw ikf ik ikr nbv area pj tlev tlevc eg gap1 gap2 xti kf af fc fcs bv tbv1 ibv isr nr tnom tref
    tcv cta ctp tpb tphp jtun jtunsw ntun xtitun keg fv_max bv_max id_max te_max pd_max rth0 cth0 lm lp wm
    wp xom xoi xm xp`),
  r: words(`r res rsh tc1 tc2 tc1r tc2r tce narrow short l w defw defl kf af tnom dw dlr lf wf ef bv_max
    noise`),
  c: words(`c cap cj cjsw defw defl narrow short del tc1 tc2 vc1 vc2 tnom di thick bv_max`),
  l: words(`l ind tc1 tc2 il1 il2 tnom csect dia length nt mu`),
  sw: words('vt vh ron roff von voff'),
  csw: words('it ih ron roff ion ioff'),
  memristor: words('ron roff state levels level v0 r g'),
  mtj: words('thermal seed oersted'),
};
const MODEL_ALIASES: Readonly<Record<string, string>> = {
  res: 'r',
  cap: 'c',
  ind: 'l',
  vswitch: 'sw',
  switch: 'sw',
  iswitch: 'csw',
};

const TEMPERATURE = words('temp dtemp m');
const INSTANCE_PARAMETERS: Readonly<Record<string, ReadonlySet<string>>> = {
  r: words('r value model tc tc1 tc2 tce ac l w scale noisy noise bv_max', TEMPERATURE),
  c: words('c q value model ic tc tc1 tc2 l w scale bv_max', TEMPERATURE),
  l: words('l value model ic tc tc1 tc2 nt scale', TEMPERATURE),
  d: words('area pj w l ic off perim thermal lm lp wm wp', TEMPERATURE),
  m: words('w l ad as pd ps nrd nrs rdc rsc off ic geo sa sb sd nf', TEMPERATURE),
  s: words('on off m'),
  w: words('on off m'),
  memristor: words('g r value state level v0 m'),
  mtj: words('state mx my mz seed m'),
};

/** Parameters known for a model type, or undefined where nothing is known of it. */
export const modelParameters = (type: string): ReadonlySet<string> | undefined =>
  MODEL_PARAMETERS[MODEL_ALIASES[type] ?? type];

/** Parameters known for a device: by its model's type for devices of our own, else by its letter. */
export const instanceParameters = (
  kind: string,
  modelType: string | undefined,
): ReadonlySet<string> | undefined =>
  INSTANCE_PARAMETERS[modelType ?? ''] ?? INSTANCE_PARAMETERS[kind];
