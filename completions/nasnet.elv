
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
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand classify 'Print the best classes of images'
            cand sort 'Sort images into folders named after their answers'
            cand explain 'Draw where in images the model sees their classes'
            cand embed 'Write the features of images: the network without its top'
            cand eval 'Measure the accuracy of a model on labelled images'
            cand finetune 'Train a new head on class folders, and write a weights file with it'
            cand bench 'Measure latency and throughput of a model on this machine'
            cand merge 'Join the jsonl outputs of shards in the order of the inputs'
            cand info 'Describe a model: architecture, parameters, multiply-adds, origin'
            cand labels 'List the classes of a model and the WordNet groups above them'
            cand doctor 'Check this installation: models against Keras'' stored answers, device, cache, environment'
            cand weights 'Work with weight files'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;classify'= {
            cand --files-from 'Read paths from a file, one a line (- for stdin)'
            cand --max-depth 'Search folders this many levels deep (1: only their own files)'
            cand --exclude 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument'
            cand --ext 'Extensions of image files in folders, in any case [default: those of every supported format]'
            cand --shard 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path'
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --alpha 'What happens to transparency'
            cand --decode 'The detail of large JPEGs'
            cand --truncated 'What happens to a JPEG or PNG that ends early'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand -k 'Classes an image (0: all)'
            cand --top-k 'Classes an image (0: all)'
            cand --threshold 'Only classes with at least this score'
            cand --scores 'What the score of a class is'
            cand --classes 'Only these classes compete: a list with commas, or a file of one a line'
            cand --rollup 'Add the most specific class or WordNet group whose probability is at least P'
            cand --rules 'Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword'
            cand --temperature 'Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]'
            cand --format 'The format of the output [default: by the extension of --output, else table]'
            cand -o 'Write to FILE, which appears only once it is complete; - is stdout'
            cand --output 'Write to FILE, which appears only once it is complete; - is stdout'
            cand --report 'Write an HTML page of thumbnails and their best classes, in one file'
            cand --color 'Colour in tables and messages'
            cand -0 'The paths of --files-from end in NUL instead of a newline'
            cand --null 'The paths of --files-from end in NUL instead of a newline'
            cand --follow 'Follow symbolic links in folders'
            cand --hidden 'Include hidden files and folders in folders'
            cand --unsorted 'Start at once: take the files of a folder in the order in which they are found'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand --json 'Short for --format json'
            cand --force 'Replace existing files of --output and --report'
            cand --resume 'Continue an interrupted run''s --output file (jsonl): keep its rows, add the missing ones'
            cand --retry-errors 'With --resume, retry images whose row is an error'
            cand --exif 'Add capture times and GPS positions of photos to their records'
            cand --exit-zero 'Exit with 0 even if images failed'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;sort'= {
            cand --files-from 'Read paths from a file, one a line (- for stdin)'
            cand --max-depth 'Search folders this many levels deep (1: only their own files)'
            cand --exclude 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument'
            cand --ext 'Extensions of image files in folders, in any case [default: those of every supported format]'
            cand --shard 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path'
            cand --into 'The folder that gets a folder for each answer'
            cand --min-score 'Leave images where they are whose best class (with --rollup: group) has a smaller probability'
            cand --only 'Only images whose best class is one of these (indices, wnids or labels)'
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --alpha 'What happens to transparency'
            cand --decode 'The detail of large JPEGs'
            cand --truncated 'What happens to a JPEG or PNG that ends early'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --classes 'Only these classes compete: a list with commas, or a file of one a line'
            cand --rollup 'Add the most specific class or WordNet group whose probability is at least P'
            cand --rules 'Thresholds and keywords by class or group: a CSV file with the header label,threshold,keyword'
            cand --temperature 'Divide logits by T before softmax [default: what `nasnet eval --calibrate` stored in the weights file, else 1]'
            cand --color 'Colour in tables and messages'
            cand -0 'The paths of --files-from end in NUL instead of a newline'
            cand --null 'The paths of --files-from end in NUL instead of a newline'
            cand --follow 'Follow symbolic links in folders'
            cand --hidden 'Include hidden files and folders in folders'
            cand --unsorted 'Start at once: take the files of a folder in the order in which they are found'
            cand --link 'Make hard links instead of copies'
            cand --move 'Move the images instead of copying them'
            cand --dry-run 'Change nothing: print what would go where'
            cand --exit-zero 'Exit with 0 even if images failed'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;explain'= {
            cand --files-from 'Read paths from a file, one a line (- for stdin)'
            cand --max-depth 'Search folders this many levels deep (1: only their own files)'
            cand --exclude 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument'
            cand --ext 'Extensions of image files in folders, in any case [default: those of every supported format]'
            cand --shard 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path'
            cand -o 'The folder of the PNG files'
            cand --output 'The folder of the PNG files'
            cand -k 'Classes to draw an image, best first'
            cand --top-k 'Classes to draw an image, best first'
            cand --threshold 'Only classes with at least this probability'
            cand --only 'Only images whose best class is one of these (indices, wnids or labels)'
            cand --format 'The format of the records on stdout, which name the files'
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --alpha 'What happens to transparency'
            cand --decode 'The detail of large JPEGs'
            cand --truncated 'What happens to a JPEG or PNG that ends early'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --color 'Colour in tables and messages'
            cand -0 'The paths of --files-from end in NUL instead of a newline'
            cand --null 'The paths of --files-from end in NUL instead of a newline'
            cand --follow 'Follow symbolic links in folders'
            cand --hidden 'Include hidden files and folders in folders'
            cand --unsorted 'Start at once: take the files of a folder in the order in which they are found'
            cand --force 'Replace existing files of other content'
            cand --exit-zero 'Exit with 0 even if images failed'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;embed'= {
            cand --files-from 'Read paths from a file, one a line (- for stdin)'
            cand --max-depth 'Search folders this many levels deep (1: only their own files)'
            cand --exclude 'Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument'
            cand --ext 'Extensions of image files in folders, in any case [default: those of every supported format]'
            cand --shard 'Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path'
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --alpha 'What happens to transparency'
            cand --decode 'The detail of large JPEGs'
            cand --truncated 'What happens to a JPEG or PNG that ends early'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --pooling 'How the last feature map becomes features'
            cand --format 'The format of the output [default: by the extension of --output, else jsonl]'
            cand -o 'Write to FILE, which appears only once it is complete (npy and safetensors write their paths to FILE.jsonl); - is stdout'
            cand --output 'Write to FILE, which appears only once it is complete (npy and safetensors write their paths to FILE.jsonl); - is stdout'
            cand --color 'Colour in tables and messages'
            cand -0 'The paths of --files-from end in NUL instead of a newline'
            cand --null 'The paths of --files-from end in NUL instead of a newline'
            cand --follow 'Follow symbolic links in folders'
            cand --hidden 'Include hidden files and folders in folders'
            cand --unsorted 'Start at once: take the files of a folder in the order in which they are found'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand --normalize 'Scale each image''s features to length 1'
            cand --force 'Replace an existing file of --output'
            cand --resume 'Continue an interrupted run''s --output file (jsonl, npy): keep its rows, add the missing ones'
            cand --retry-errors 'With --resume, retry images whose row is an error'
            cand --exit-zero 'Exit with 0 even if images failed'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;eval'= {
            cand --labels-file 'The class of each image: lines `path,label` (a wnid, a name or an index), or one label a line for the images of DIR in the order of their names'
            cand --synsets 'The wnids that numbers in --labels-file count through, from 1 (for ILSVRC2012_validation_ground_truth.txt)'
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --alpha 'What happens to transparency'
            cand --decode 'The detail of large JPEGs'
            cand --truncated 'What happens to a JPEG or PNG that ends early'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --temperature 'Divide logits by T before softmax [default: what the weights file records, else 1]'
            cand -o 'The weights file of --calibrate'
            cand --output 'The weights file of --calibrate'
            cand --format 'The format of the output'
            cand --report 'Write an HTML page with plots and the worst mistakes, in one file'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand --calibrate 'Fit a temperature to these images, and write a weights file that records it'
            cand --json 'Short for --format json'
            cand --force 'Replace existing files of --report and --output'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;finetune'= {
            cand -o 'The weights file to write: the whole network with its new head and labels'
            cand --output 'The weights file to write: the whole network with its new head and labels'
            cand --holdout 'The share of each class that is held out to stop in time and to measure accuracy'
            cand --steps 'Training steps, at most'
            cand --seed 'The seed of the choice of images that are held out'
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --alpha 'What happens to transparency'
            cand --decode 'The detail of large JPEGs'
            cand --truncated 'What happens to a JPEG or PNG that ends early'
            cand --max-pixels 'Refuse images of more pixels than this'
            cand --color 'Colour in tables and messages'
            cand --force 'Replace an existing HEAD'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --no-exif 'Ignore the EXIF orientation'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;bench'= {
            cand -m 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --model 'A name of `nasnet weights list` (mobile, large, tiny, ...), a weights file (.safetensors, .h5, .keras, .pth), or hf:OWNER/NAME[/FILE][@REVISION] of the Hugging Face Hub; what is not on this machine is downloaded once'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes: one a line, or a class-index JSON'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --iterations 'Timed forward passes'
            cand --warmup 'Forward passes before the timed ones'
            cand --format 'The format of the output'
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --profile 'Time each step of the network'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;merge'= {
            cand --format 'The format of the output [default: by the extension of --output, else jsonl]'
            cand -o 'Write to FILE, which appears only once it is complete'
            cand --output 'Write to FILE, which appears only once it is complete'
            cand --color 'Colour in tables and messages'
            cand --incomplete 'Join what exists: inputs may be unanswered, changed between the runs, or named twice'
            cand --force 'Replace an existing file of --output'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;info'= {
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --color 'Colour in tables and messages'
            cand --layers 'List every layer'
            cand --plan 'List the fused steps that the CPU engine runs'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;labels'= {
            cand --labels 'Names of the classes: one a line, or a class-index JSON'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --color 'Colour in tables and messages'
            cand --groups 'List the WordNet groups above the classes, and how many classes each one has'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;doctor'= {
            cand -m 'mobile, large, tiny, hf:OWNER/NAME[/FILE][@REVISION], or a weights file [default: tiny, and the published models that are on this machine]'
            cand --model 'mobile, large, tiny, hf:OWNER/NAME[/FILE][@REVISION], or a weights file [default: tiny, and the published models that are on this machine]'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --device 'auto, cpu, cuda, cuda:N or metal; if the device is unavailable, that is an error'
            cand --threads 'Threads to use [default: one per core]'
            cand --dtype 'The number type of the arithmetic; anything but f32 needs --device cuda'
            cand --batch-size 'Images in one forward pass, at most; a CPU takes one at a time per thread [default: by device]'
            cand --color 'Colour in tables and messages'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights'= {
            cand --color 'Colour in tables and messages'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the models that have names, and what is on this machine'
            cand fetch 'Download weights and print where they are'
            cand verify 'Check every byte of weights on this machine [default: all]'
            cand path 'Print the paths of weights on this machine'
            cand remove 'Remove weights from this machine'
            cand pack 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]'
            cand unpack 'Install the weights of a packed file'
            cand import 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;weights;list'= {
            cand --color 'Colour in tables and messages'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;fetch'= {
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --refresh 'Ask the Hub whether a branch or tag has moved'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;verify'= {
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;path'= {
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;remove'= {
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --all 'Everything that `nasnet weights list` shows as on this machine'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;pack'= {
            cand --color 'Colour in tables and messages'
            cand --offline 'Never use the network: weights that are not on this machine are an error (as HF_HUB_OFFLINE=1)'
            cand --force 'Replace an existing OUT.tar'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;unpack'= {
            cand --color 'Colour in tables and messages'
            cand --json 'Print JSON'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;import'= {
            cand -o 'The safetensors file to write'
            cand --output 'The safetensors file to write'
            cand --dtype 'The number type to store [default: the file''s own]'
            cand --name 'The name to record [default: the file''s name]'
            cand --notes 'A JSON file of notes to record, such as training data and accuracy'
            cand --size 'Input size in pixels: a side, or height x width'
            cand --skip-reduction 'Whether the cells after a reduction skip its input, as in Large'
            cand --dialect 'How strided pools treat the border'
            cand --labels 'The names of the classes to record: one a line, or a class-index JSON'
            cand --preset 'The reference whose resizing and cropping is used [default: what the model records, else timm]'
            cand --resize 'What happens to an image whose aspect ratio is not the input''s'
            cand --filter 'How pixels are resampled'
            cand --crop-pct 'The share of the short side that a crop keeps, at most 1'
            cand --color 'Colour in tables and messages'
            cand --force 'Replace an existing OUT'
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;weights;help'= {
            cand list 'List the models that have names, and what is on this machine'
            cand fetch 'Download weights and print where they are'
            cand verify 'Check every byte of weights on this machine [default: all]'
            cand path 'Print the paths of weights on this machine'
            cand remove 'Remove weights from this machine'
            cand pack 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]'
            cand unpack 'Install the weights of a packed file'
            cand import 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is'
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
            cand -q 'No notes and no progress on stderr, only errors'
            cand --quiet 'No notes and no progress on stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'nasnet;help'= {
            cand classify 'Print the best classes of images'
            cand sort 'Sort images into folders named after their answers'
            cand explain 'Draw where in images the model sees their classes'
            cand embed 'Write the features of images: the network without its top'
            cand eval 'Measure the accuracy of a model on labelled images'
            cand finetune 'Train a new head on class folders, and write a weights file with it'
            cand bench 'Measure latency and throughput of a model on this machine'
            cand merge 'Join the jsonl outputs of shards in the order of the inputs'
            cand info 'Describe a model: architecture, parameters, multiply-adds, origin'
            cand labels 'List the classes of a model and the WordNet groups above them'
            cand doctor 'Check this installation: models against Keras'' stored answers, device, cache, environment'
            cand weights 'Work with weight files'
            cand completions 'Print a completion script for a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'nasnet;help;classify'= {
        }
        &'nasnet;help;sort'= {
        }
        &'nasnet;help;explain'= {
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
        &'nasnet;help;labels'= {
        }
        &'nasnet;help;doctor'= {
        }
        &'nasnet;help;weights'= {
            cand list 'List the models that have names, and what is on this machine'
            cand fetch 'Download weights and print where they are'
            cand verify 'Check every byte of weights on this machine [default: all]'
            cand path 'Print the paths of weights on this machine'
            cand remove 'Remove weights from this machine'
            cand pack 'Write weights and their checksums to one file, for machines without a network [default: all on this machine]'
            cand unpack 'Install the weights of a packed file'
            cand import 'Convert a Keras or PyTorch file to canonical safetensors, which load at once and record what the model is'
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
