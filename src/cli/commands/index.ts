// The commands: adding one is an entry.
import type { CommandEntry } from './command.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'train',
    usage: '<model>',
    summary: 'train a model into a new run folder',
    load: () => import('./train.ts'),
  },
  {
    name: 'resume',
    usage: '<run>',
    summary: 'continue an interrupted run, bit for bit',
    load: () => import('./resume.ts'),
  },
  {
    name: 'sample',
    usage: '<run>',
    summary: 'draw new samples from a trained run',
    load: () => import('./sample.ts'),
  },
  {
    name: 'play',
    usage: '<run>',
    summary: 'let an agent play: returns, a film, what it thought',
    load: () => import('./play.ts'),
  },
  {
    name: 'encrypt',
    usage: '<run> <file>',
    summary: 'let a trained pair encrypt, beside AES: a demonstration',
    load: () => import('./encrypt.ts'),
  },
  {
    name: 'decrypt',
    usage: '<run> <message>',
    summary: 'give back every bit of what a pair encrypted',
    load: () => import('./decrypt.ts'),
  },
  {
    name: 'interpolate',
    usage: '<run>',
    summary: 'walk between latents: a strip and an animation',
    load: () => import('./interpolate.ts'),
  },
  {
    name: 'finetune',
    usage: '<run>',
    summary: 'train a classifier on the features that a run has learned',
    load: () => import('./finetune.ts'),
  },
  {
    name: 'probe',
    usage: '<run | file.onnx>',
    summary: 'find out what features are worth where labels are few',
    load: () => import('./probe.ts'),
  },
  {
    name: 'augment',
    usage: '<run>',
    summary: 'make a labelled data set of what a run generates',
    load: () => import('./augment.ts'),
  },
  {
    name: 'summary',
    usage: '<model>',
    summary: "show a model's layers, shapes and parameters",
    load: () => import('./summary.ts'),
  },
  {
    name: 'verify',
    usage: '<run>',
    summary: 'check that everything in a run is whole',
    load: () => import('./verify.ts'),
  },
  {
    name: 'report',
    usage: '<run>',
    summary: 'make the figures and the report of a run anew',
    load: () => import('./report.ts'),
  },
  {
    name: 'audit',
    usage: '<model.onnx | run>',
    summary: 'find out whether an image classifier can be fooled',
    load: () => import('./audit.ts'),
  },
  {
    name: 'evaluate',
    usage: '<run> ...',
    summary: 'measure the samples of trained runs',
    load: () => import('./evaluate.ts'),
  },
  {
    name: 'compare',
    usage: '<run> <run> ...',
    summary: 'put runs side by side: numbers, samples, sentences',
    load: () => import('./compare.ts'),
  },
  {
    name: 'study',
    usage: '<name | file>',
    summary: 'many trainings, one answer: as a file describes them',
    load: () => import('./study.ts'),
  },
  {
    name: 'worker',
    usage: '',
    summary: 'do jobs of studies that run on other machines',
    load: () => import('./worker.ts'),
  },
  {
    name: 'export',
    usage: '<run>',
    summary: "write a run's networks as ONNX, or the run as one page",
    load: () => import('./export.ts'),
  },
  {
    name: 'studio',
    usage: '',
    summary: 'watch, steer and play with runs in the browser',
    load: () => import('./studio.ts'),
  },
  {
    name: 'doctor',
    usage: '',
    summary: 'check that this machine is ready',
    load: () => import('./doctor.ts'),
  },
]
