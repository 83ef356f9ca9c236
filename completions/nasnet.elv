
use builtin;
use str;

set edit:completion:arg-completer[nasnet] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'nasnet'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'nasnet'= {
            cand --color 'Colour in tables and messages'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand classify 'Print the best classes of images'
            cand embed 'Write the features of images: the network without its top'
            cand eval 'Measure the accuracy of a model on labelled images'
            cand finetune 'Train a new head on class folders, and write a weights file with it'
            cand bench 'Measure latency and throughput of a model on this machine'
            cand merge 'Join the jsonl outputs of shards in the order of the inputs'
            cand info 'Describe a model: architecture, parameters, multiply-adds, origin'
            cand doctor 'Examine this installation: models against stored answers of Keras, device, cache, environment'
            cand weights 'Work with weight files'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;classify'= {
            cand --files-from 'Read paths from a file, one a line (- for stdin)'
            cand --max-depth 'Go down so many levels below a folder (1: only its own files)'
            cand --ext 'File extensions to take in folders, in any case [default: every format that is read]'
            cand --shard 'Take only part I of N of the inputs, 1/N to N/N, by a hash of the path that never changes'
            cand -m 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --model 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'Names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal'
            cand --threads 'Threads to use [default: one a core]'
            cand --dtype 'Number type of the arithmetic; others than f32 need --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]'
            cand --preset 'How a reference resizes and crops [default: what the model records, else timm]'
            cand --resize 'What becomes of an aspect ratio that is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'Share of the short side that a crop keeps, up to 1'
            cand --alpha 'What becomes of transparency: the background to put behind it, or drop it'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --format 'Form of the output; parquet needs --output, and a build with that feature'
            cand -k 'Classes an image (0: all)'
            cand --top-k 'Classes an image (0: all)'
            cand --threshold 'Only classes with at least this score'
            cand --scores 'What the score of a class is'
            cand -o 'Write to a file, which appears under its name only when it is whole'
            cand --output 'Write to a file, which appears under its name only when it is whole'
            cand --report 'Write an HTML page of thumbnails and their best classes, whole in itself; replaces FILE only with --force'
            cand --sort-into 'Copy each image into a folder of DIR that is called like its best class; nothing is ever overwritten'
            cand --explain 'Draw where the best class of each image was seen: a PNG an image in DIR, the class activation map over the photo'
            cand --explain-top 'Draw the N best classes, a PNG each'
            cand --only 'Only images whose best class is one of these (wnids or labels); the others are left out of the output'
            cand --color 'Colour in tables and messages'
            cand -0 'Paths of --files-from end in NUL instead of a newline'
            cand --null 'Paths of --files-from end in NUL instead of a newline'
            cand --follow 'Follow symbolic links in folders'
            cand --hidden 'Take hidden files and folders in folders too'
            cand --unsorted 'Take files of a folder in the order in which they are found, which starts at once'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand --json 'Short for --format json'
            cand --force 'Replace the files of --output, --report and --explain'
            cand --resume 'Go on with the file of --output (jsonl): keep its rows, add those that are missing'
            cand --retry-errors 'With --resume, try images again whose row is an error'
            cand --exit-zero 'Exit with 0 even when images failed'
            cand --link 'Make hard links instead of copies'
            cand --move 'Move instead of copying'
            cand --dry-run 'Only say on stderr what --sort-into would do'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;embed'= {
            cand --files-from 'Read paths from a file, one a line (- for stdin)'
            cand --max-depth 'Go down so many levels below a folder (1: only its own files)'
            cand --ext 'File extensions to take in folders, in any case [default: every format that is read]'
            cand --shard 'Take only part I of N of the inputs, 1/N to N/N, by a hash of the path that never changes'
            cand -m 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --model 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'Names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal'
            cand --threads 'Threads to use [default: one a core]'
            cand --dtype 'Number type of the arithmetic; others than f32 need --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]'
            cand --preset 'How a reference resizes and crops [default: what the model records, else timm]'
            cand --resize 'What becomes of an aspect ratio that is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'Share of the short side that a crop keeps, up to 1'
            cand --alpha 'What becomes of transparency: the background to put behind it, or drop it'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --pooling 'How the last feature map becomes features: mean or maximum over its pixels, or the map itself (H, W, C)'
            cand --format 'Form of the output [default: as --output is called, else jsonl]'
            cand -o 'Write to a file, which appears under its name only when it is whole; npy and safetensors get their paths beside them, in FILE.jsonl'
            cand --output 'Write to a file, which appears under its name only when it is whole; npy and safetensors get their paths beside them, in FILE.jsonl'
            cand --color 'Colour in tables and messages'
            cand -0 'Paths of --files-from end in NUL instead of a newline'
            cand --null 'Paths of --files-from end in NUL instead of a newline'
            cand --follow 'Follow symbolic links in folders'
            cand --hidden 'Take hidden files and folders in folders too'
            cand --unsorted 'Take files of a folder in the order in which they are found, which starts at once'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand --normalize 'Scale each image''s features to length 1'
            cand --force 'Replace the file of --output'
            cand --resume 'Go on with the file of --output (jsonl, npy): keep its rows, add those that are missing'
            cand --retry-errors 'With --resume, try images again whose row is an error'
            cand --exit-zero 'Exit with 0 even when images failed'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;eval'= {
            cand --labels-file 'The class of each image: lines `path,label` (label: wnid, name or index), or one label a line for the images of DIR in the order of their names'
            cand --synsets 'Numbers in --labels-file count, from 1, in this list of wnids (for ILSVRC2012_validation_ground_truth.txt)'
            cand -m 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --model 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'Names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal'
            cand --threads 'Threads to use [default: one a core]'
            cand --dtype 'Number type of the arithmetic; others than f32 need --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]'
            cand --preset 'How a reference resizes and crops [default: what the model records, else timm]'
            cand --resize 'What becomes of an aspect ratio that is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'Share of the short side that a crop keeps, up to 1'
            cand --alpha 'What becomes of transparency: the background to put behind it, or drop it'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --format 'Form of the output'
            cand --report 'Write an HTML page with plots and the worst mistakes, whole in itself'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand --json 'Short for --format json'
            cand --force 'Replace the file of --report'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;finetune'= {
            cand -o 'The weights file to write: the whole network with its new head and labels'
            cand --output 'The weights file to write: the whole network with its new head and labels'
            cand --seed 'Which images are held out is drawn with this number'
            cand --holdout 'The share of each class that is held out to stop in time and to measure accuracy'
            cand --steps 'Training steps, at most'
            cand -m 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --model 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'Names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal'
            cand --threads 'Threads to use [default: one a core]'
            cand --dtype 'Number type of the arithmetic; others than f32 need --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]'
            cand --preset 'How a reference resizes and crops [default: what the model records, else timm]'
            cand --resize 'What becomes of an aspect ratio that is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'Share of the short side that a crop keeps, up to 1'
            cand --alpha 'What becomes of transparency: the background to put behind it, or drop it'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --color 'Colour in tables and messages'
            cand --force 'Replace HEAD'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;bench'= {
            cand -m 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --model 'mobile, large, tiny (built in), another name of `nasnet weights list`, or a weights file: .safetensors, .h5, .keras, .pth. What is not on this machine is fetched once'
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'Names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal'
            cand --threads 'Threads to use [default: one a core]'
            cand --dtype 'Number type of the arithmetic; others than f32 need --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]'
            cand --iterations 'Timed forward passes'
            cand --warmup 'Forward passes before the timed ones'
            cand --format 'Form of the output'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --profile 'Say where the time goes, step by step'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;merge'= {
            cand --format 'Form of the output; parquet needs --output, and a build with that feature'
            cand -o 'Write to a file, which appears under its name only when it is whole'
            cand --output 'Write to a file, which appears under its name only when it is whole'
            cand --color 'Colour in tables and messages'
            cand --incomplete 'Join what there is, of inputs that were not all answered, changed between runs, or were named twice'
            cand --force 'Replace the file of --output'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;info'= {
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --color 'Colour in tables and messages'
            cand --layers 'List every layer'
            cand --plan 'List the fused steps that the CPU engine makes of it'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;doctor'= {
            cand -m 'mobile, large, tiny, or a weights file [default: tiny, and the published models that are on this machine]'
            cand --model 'mobile, large, tiny, or a weights file [default: tiny, and the published models that are on this machine]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --device 'auto, cpu, cuda, cuda:N or metal'
            cand --threads 'Threads to use [default: one a core]'
            cand --dtype 'Number type of the arithmetic; others than f32 need --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes those of a folder one by one, on every thread [default: by device]'
            cand --color 'Colour in tables and messages'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights'= {
            cand --color 'Colour in tables and messages'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the models that are known by name, and what is on this machine'
            cand fetch 'Bring weights to this machine and print where they are'
            cand verify 'Check weights on this machine from their first byte to their last [default: all]'
            cand path 'Print where weights on this machine are'
            cand remove 'Remove weights from this machine'
            cand pack 'Write weights to one file with their checksums, for machines without a network [default: all that is here]'
            cand unpack 'Put the weights of a packed file where they are looked for'
            cand import 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;weights;list'= {
            cand --color 'Colour in tables and messages'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;weights;fetch'= {
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --refresh 'Ask the Hub whether a branch or tag has moved'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;verify'= {
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;path'= {
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;weights;remove'= {
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --all 'Everything that `nasnet weights list` shows as here'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;weights;pack'= {
            cand --repo 'Weights from a Hugging Face Hub repository'
            cand --revision 'Revision of --repo: a branch, a tag or a commit'
            cand --file 'File of --repo [default: the file of weights that the repository holds]'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: what is not on this machine is an error (HF_HUB_OFFLINE=1 says the same)'
            cand --force 'Replace OUT.tar'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;weights;unpack'= {
            cand --color 'Colour in tables and messages'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;weights;import'= {
            cand -o 'The safetensors file to write'
            cand --output 'The safetensors file to write'
            cand --dtype 'Number type to store [default: that of the file]'
            cand --name 'The name to record [default: the file''s own name]'
            cand --notes 'Anything else to record, such as training data and accuracy: a JSON file'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether cells after a reduction skip its own input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'Names of the classes to record: one a line, or a class-index JSON'
            cand --preset 'How a reference resizes and crops, to record'
            cand --resize 'What becomes of an aspect ratio that is not the input''s, to record'
            cand --filter 'How pixels are resampled, to record'
            cand --crop-pct 'Share of the short side that a crop keeps, to record'
            cand --color 'Colour in tables and messages'
            cand --force 'Replace OUT'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;weights;help'= {
            cand list 'List the models that are known by name, and what is on this machine'
            cand fetch 'Bring weights to this machine and print where they are'
            cand verify 'Check weights on this machine from their first byte to their last [default: all]'
            cand path 'Print where weights on this machine are'
            cand remove 'Remove weights from this machine'
            cand pack 'Write weights to one file with their checksums, for machines without a network [default: all that is here]'
            cand unpack 'Put the weights of a packed file where they are looked for'
            cand import 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;weights;help;list'= {
        }
        &'nasnet;weights;help;fetch'= {
        }
        &'nasnet;weights;help;verify'= {
        }
        &'nasnet;weights;help;path'= {
        }
        &'nasnet;weights;help;remove'= {
        }
        &'nasnet;weights;help;pack'= {
        }
        &'nasnet;weights;help;unpack'= {
        }
        &'nasnet;weights;help;import'= {
        }
        &'nasnet;weights;help;help'= {
        }
        &'nasnet;completions'= {
            cand --color 'Colour in tables and messages'
            cand -q 'No notes and no progress on stderr; errors are still said'
            cand --quiet 'No notes and no progress on stderr; errors are still said'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'nasnet;help'= {
            cand classify 'Print the best classes of images'
            cand embed 'Write the features of images: the network without its top'
            cand eval 'Measure the accuracy of a model on labelled images'
            cand finetune 'Train a new head on class folders, and write a weights file with it'
            cand bench 'Measure latency and throughput of a model on this machine'
            cand merge 'Join the jsonl outputs of shards in the order of the inputs'
            cand info 'Describe a model: architecture, parameters, multiply-adds, origin'
            cand doctor 'Examine this installation: models against stored answers of Keras, device, cache, environment'
            cand weights 'Work with weight files'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;help;classify'= {
        }
        &'nasnet;help;embed'= {
        }
        &'nasnet;help;eval'= {
        }
        &'nasnet;help;finetune'= {
        }
        &'nasnet;help;bench'= {
        }
        &'nasnet;help;merge'= {
        }
        &'nasnet;help;info'= {
        }
        &'nasnet;help;doctor'= {
        }
        &'nasnet;help;weights'= {
            cand list 'List the models that are known by name, and what is on this machine'
            cand fetch 'Bring weights to this machine and print where they are'
            cand verify 'Check weights on this machine from their first byte to their last [default: all]'
            cand path 'Print where weights on this machine are'
            cand remove 'Remove weights from this machine'
            cand pack 'Write weights to one file with their checksums, for machines without a network [default: all that is here]'
            cand unpack 'Put the weights of a packed file where they are looked for'
            cand import 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and remember what the model is'
        }
        &'nasnet;help;weights;list'= {
        }
        &'nasnet;help;weights;fetch'= {
        }
        &'nasnet;help;weights;verify'= {
        }
        &'nasnet;help;weights;path'= {
        }
        &'nasnet;help;weights;remove'= {
        }
        &'nasnet;help;weights;pack'= {
        }
        &'nasnet;help;weights;unpack'= {
        }
        &'nasnet;help;weights;import'= {
        }
        &'nasnet;help;completions'= {
        }
        &'nasnet;help;help'= {
        }
    ]
    $completions[$command]
}
