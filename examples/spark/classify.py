"""Classifies a list of images on an Apache Spark cluster.

Each task is one `nasnet` process that Spark feeds with paths and reads JSON lines from (`RDD.pipe`). The task of a
worker that is lost runs again elsewhere, and only tasks that ended well are written. Images that fail are records and
fail no task (`--exit-zero`).

    pip install pyspark
    python examples/spark/classify.py paths.txt answers --master 'local-cluster[2,1,1024]' \
        --nasnet target/release/nasnet --model tiny
    cat answers/part-* > answers.jsonl

The binary, the weights and the images have to be at the same paths on every worker. A task reads the weights anew, so
give each a minute of work or more (`--tasks`). The answers equal those of one machine:

    nasnet classify --files-from paths.txt --format jsonl --model tiny | diff - answers.jsonl
"""

import argparse
import os
import re
import shlex
import sys
from itertools import accumulate

from pyspark import SparkConf, SparkContext

# What `nasnet` reads of its environment, and what it takes to start it.
VARIABLES = ["PATH", "HOME", "NASNET_CACHE", "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", help="a file of paths, one a line")
    parser.add_argument("output", help="the folder to write, in which part-* are JSON lines in the order of the list")
    parser.add_argument("--master", help="the cluster [default: that of spark-submit]")
    parser.add_argument("--nasnet", default="nasnet", help="the binary")
    parser.add_argument("--model", default="mobile", help="as for `nasnet classify`")
    parser.add_argument("--tasks", type=int, default=8, help="parts to split the list into")
    parser.add_argument("--threads", type=int, default=1, help="cores of a task")
    return parser.parse_args()


def renumbered(line, offset):
    """The row with its place in the whole list; a task counts only its own paths."""
    # Quotation marks within JSON's strings are escaped, so the key is met nowhere else.
    return re.sub(r'"seq": (\d+)(?=, "model": "[^"]*"}$)', lambda seq: f'"seq": {int(seq[1]) + offset}', line)


def main():
    args = arguments()
    command = [args.nasnet, "classify", "--files-from", "-", "--format", "jsonl", "--exit-zero", "--quiet"]
    command += ["--model", args.model, "--threads", str(args.threads)]
    environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    with open(args.paths, encoding="utf-8") as file:
        listed = [line.rstrip("\r\n") for line in file]

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf().setAppName("nasnet").set("spark.task.cpus", str(args.threads))
    if args.master:
        conf.setMaster(args.master)
    with SparkContext(conf=conf) as spark:
        paths = spark.parallelize([path for path in listed if path], args.tasks)
        offsets = [0, *accumulate(paths.glom().map(len).collect())]
        answers = paths.pipe(shlex.join(command), env=environment, checkCode=True)
        answers = answers.mapPartitionsWithIndex(
            lambda task, lines: (renumbered(line, offsets[task]) for line in lines)
        )
        answers.saveAsTextFile(args.output)


if __name__ == "__main__":
    main()
