# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Gives the strings of strings.txt to the program in every place where it takes a string from
# outside, and prints TAP: nothing of them is executed, messages are safe to print, logs hold them
# byte for byte, reports hold them as documented and can be drawn again.
#
#     perl injection.pl        each string in a few places, one of 33 in a report
#     perl injection.pl all    each string in each place
#
# The canary: whatever is executed makes a file whose name begins with PWNED, and the programs that
# stand in relative directories of PATH do so too.
use strict;
use warnings;
use feature 'unicode_strings';
use Cwd qw(getcwd);
use File::Find qw(find);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);

my $all = (shift // '') eq 'all';
my $source = $ENV{srcdir} // '.';
my $program = $ENV{INITSCOPE} // getcwd() . '/initscope';
my $work = tempdir('initscope-injection-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# --- TAP ----------------------------------------------------------------------

my ($tests, $failed, @why) = (0, 0);

sub printable { my $s = shift; $s =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge; return substr $s, 0, 300 }
sub fault { my $what = shift; push @why, $what . (@_ ? ': ' . printable(join ' ', map { $_ // '' } @_) : ''); return }

sub result {
    my $name = shift;
    $tests++;
    print @why ? 'not ok' : 'ok', " $tests - $name\n";
    print "# $_\n" for @why > 20 ? (@why[0 .. 19], 'and more') : @why;
    $failed += @why > 0;
    @why = ();
    return;
}

# --- Strings ------------------------------------------------------------------

sub decode { my $s = shift; $s =~ s/\\(?:x([0-9a-f]{2})|(\\))/defined $1 ? chr hex $1 : $2/ge; return $s }

sub strings {
    open my $file, '<:raw', "$source/tests/injection/strings.txt" or die "strings.txt: $!\n";
    my %seen;
    my @list;
    while (my $line = <$file>) {
        chomp $line;
        next if $line eq '' || $line =~ /^#/;
        my $string = $line =~ /^\*([0-9]+) (.*)/s ? decode($2) x $1 : decode($line);
        push @list, $string unless $seen{$string}++;
    }
    return @list;
}

# The characters of a string: of what is not UTF-8, each byte is U+FFFD.
sub characters {
    my $bytes = shift;
    my @codes;
    while ($bytes =~ /\G(?:([\x00-\x7f])|([\xc2-\xdf][\x80-\xbf])|(\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf])|(\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})|.)/gs) {
        my $whole = $1 // $2 // $3 // $4;
        if (!defined $whole) { push @codes, 0xFFFD; next }
        utf8::decode($whole);
        push @codes, ord $whole;
    }
    return @codes;
}

# As the report documents it: controls are blanks; what is no character, reorders or hides text is
# U+FFFD; of marks in a row, eight.
sub sanitised {
    my $out = '';
    for my $code (characters(shift)) {
        my $control = $code < 0x20 || ($code >= 0x7f && $code < 0xa0) || $code == 0x2028 || $code == 0x2029;
        my $deceptive = ($code >= 0x200b && $code <= 0x200f) || ($code >= 0x202a && $code <= 0x202e)
            || ($code >= 0x2060 && $code <= 0x206f) || $code == 0xfeff || $code >= 0xe0000
            || $code == 0x61c || ($code >= 0xfff9 && $code <= 0xfffb) || ($code & 0xfffe) == 0xfffe || ($code >= 0xfdd0 && $code <= 0xfdef);
        $out .= chr($control ? 0x20 : $deceptive ? 0xfffd : $code);
    }
    $out =~ s/([\x{300}-\x{36f}]{8})[\x{300}-\x{36f}]+/$1/g;
    return $out;
}

# --- Running ------------------------------------------------------------------

# Programs that must not be run, in every directory that a relative entry of PATH may mean.
sub plant {
    my $place = shift;
    for my $name (qw(sh bash gnuplot env touch cmd rm)) {
        open my $file, '>', "$place/$name" or die "$place/$name: $!\n";
        print $file "#!/bin/sh\n: >'$work/PWNED-$name'\n";
        close $file;
        chmod 0755, "$place/$name";
    }
    return;
}

sub prepare_home {
    make_path("$work/home");
    for my $name ('.gnuplot', 'gnuplotrc', '.bashrc', 'evil.gp') {
        open my $file, '>', "$work/home/$name" or die;
        print $file "set print '$work/PWNED-$name'\nprint 1\nset print\n";
        close $file;
    }
    $ENV{HOME} = "$work/home";
    $ENV{GNUPLOT_LIB} = "$work/home";
    $ENV{BASH_ENV} = $ENV{ENV} = "$work/home/.bashrc";
    $ENV{PATH} = ".::bin:$ENV{PATH}";
    delete @ENV{qw(GNUPLOT INITSCOPE_OPTIONS)};
    return;
}

sub slurp { my $path = shift; open my $file, '<:raw', $path or return undef; local $/; return scalar <$file> }

# Runs a program in a directory without a shell: status, standard output, standard error.
sub run_in {
    my ($directory, @command) = @_;
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        chdir $directory or exit 126;
        open STDIN, '<', '/dev/null';
        open STDOUT, '>', "$work/stdout" or exit 126;
        open STDERR, '>', "$work/stderr" or exit 126;
        exec { $command[0] } @command or exit 126;
    }
    waitpid $pid, 0;
    my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
    return ($status, slurp("$work/stdout"), slurp("$work/stderr"));
}

# Standard error is one-line messages that a terminal can show.
sub check_message {
    my ($said, $string) = @_;
    fault('a message is unsafe', $said, 'for', $string)
        if $said =~ /[\x00-\x09\x0b-\x1f\x7f]/ || grep { $_ == 0xFFFD || ($_ >= 0x80 && $_ < 0xa0) || ($_ >= 0x202a && $_ <= 0x202e) || ($_ >= 0x2066 && $_ <= 0x2069) } characters($said =~ s/\xef\xbf\xbd//gr);
    fault('a line is no message', $_, 'for', $string) for grep { !/^initscope: ./ } split /\n/, $said;
    return;
}

my $started = 0;

# initscope with these arguments ends with one of these statuses, and a refusal has a message.
sub initscope {
    my ($statuses, $string, @arguments) = @_;
    $started++;
    my ($status, undef, $said) = run_in("$work/cwd", $program, @arguments);
    fault("status $status", $said, 'for', $string) unless grep { $_ == $status } @$statuses;
    fault('no message', 'for', $string) if $status != 0 && $said eq '';
    check_message($said, $string);
    return $status;
}

sub check_canary {
    my @found;
    find({wanted => sub { push @found, $File::Find::name if /^PWNED/ && -f }, no_chdir => 0}, $work);
    fault('the canary', $_) for @found;
    unlink @found;
    return;
}

# --- Reading ------------------------------------------------------------------

# The cell of a CSV text that begins at $$at, which is moved behind it. Not with one expression:
# quotes may come by the ten thousand.
sub cell_at {
    my ($text, $at) = @_;
    my $cell = '';
    if (substr($$text, $$at, 1) eq '"') {
        my $again = '';
        do {
            $cell .= $again;
            $again = '"';
            my $end = index $$text, '"', ++$$at;
            $cell .= substr $$text, $$at, $end - $$at;
            $$at = $end + 1;
        } while substr($$text, $$at, 1) eq '"';
    }
    pos($$text) = $$at;
    $$text =~ /\G[^,\n]*/g;
    $cell .= substr $$text, $$at, pos($$text) - $$at;
    $$at = pos $$text;
    return $cell;
}

# The cells of a CSV file, by row.
sub csv {
    my $text = slurp(shift) // return;
    my (@rows, @row);
    for (my $at = 0; $at < length $text; $at++) {
        push @row, cell_at(\$text, \$at);
        next if substr($text, $at, 1) eq ',';
        push @rows, [@row];
        @row = ();
    }
    return @rows;
}

sub column {
    my ($path, $name) = @_;
    my ($header, @rows) = csv($path);
    my ($at) = grep { $header->[$_] eq $name } 0 .. $#{$header // []};
    return defined $at ? map { $_->[$at] } @rows : ();
}

# A cell of ours says this string: what a spreadsheet would take for a formula has a ' before it.
sub cell_of { my $string = shift; return $string =~ /^'*[=+\-\@\t\r]/ ? "'$string" : $string }

sub quoted { my $s = shift; $s =~ s/"/""/g; return qq("$s") }

sub write_file {
    my ($path, $bytes) = @_;
    open my $file, '>:raw', $path or return 0;
    print $file $bytes;
    return close $file;
}

# --- Reports ------------------------------------------------------------------

sub without_blanks { my $s = shift; $s =~ s/[\s\x{a0}]+//g; return $s }

# A character that no font here has is drawn as \u0915, and marks keep text that runs leftward in its
# place: both sides are compared in one spelling.
sub spelled {
    my $s = shift;
    $s =~ s/\x{200e}//g;
    $s =~ s/([^\x00-\x7f])/sprintf '\\u%04x', ord $1/ge;
    return $s;
}

# What the pages say, without blanks: lines are broken anywhere.
sub page_text {
    my $report = shift;
    my $text = '';
    for my $path (sort glob "$report/pages/*-text.csv") {
        for my $cell (map { $_->[-1] } csv($path)) {
            $cell =~ s/\\\\/\\/g;
            $text .= $cell;
        }
    }
    utf8::decode($text);
    return spelled(without_blanks($text));
}

# Short ones: long ones are cut, with "...", where there is no room.
my $looked = 0;

sub check_shown {
    my ($report, @strings) = @_;
    my $text = page_text($report);
    for my $string (@strings) {
        my $shown = without_blanks(sanitised($string));
        next if $shown eq '' || length $shown > 16 || $shown =~ /[\x{b2}\x{b3}\x{b9}\x{2070}-\x{207b}]/;
        $looked++;
        fault('a string is not in the report', $string) if index($text, spelled($shown)) < 0;
    }
    return;
}

# Pictures are whole; drawn: there are some.
sub check_pictures {
    my ($report, $drawn) = @_;
    my @scripts = glob "$report/figures/[0-9]*.gp";
    fault('no figures', $report) if !@scripts && $drawn;
    for my $script (@scripts) {
        my ($png, $svg) = map { slurp($script =~ s/gp$/$_/r) // '' } qw(png svg);
        fault('no whole PNG', $script) if $png !~ /^\x89PNG\r\n\x1a\n.*IEND\xaeB`\x82$/s;
        fault('no whole SVG', $script) if $svg !~ /^<\?xml.*<\/svg>\s*$/s || $svg =~ /[\x00-\x08\x0b\x0c\x0e-\x1f]/;
    }
    return;
}

sub check_pdf {
    my $path = shift;
    my $pdf = slurp($path) // '';
    fault('no whole PDF', $path) if $pdf !~ /^%PDF-.*%%EOF\s*$/s;
    my ($status, undef, $said) = run_in($work, 'pdfinfo', $path);
    fault('pdfinfo', $said) if $status != 126 && ($status != 0 || $said ne '');
    return;
}

# The script of the pages and that of each figure draw again; of very many figures, that of all.
sub check_redrawn {
    my $report = shift;
    plant($_) for $report, "$report/figures";
    unlink "$report/report.pdf", glob "$report/figures/*.png";
    my ($gnuplot) = grep { -x } map { "$_/gnuplot" } grep { m{^/} } split /:/, $ENV{PATH};
    my @figures = map { s{.*/}{figures/}r } glob "$report/figures/[0-9]*.gp";
    for my $script ('report.gp', @figures > 40 ? 'figures.gp' : @figures) {
        my ($place, $name) = $script =~ m{^(?:(figures)/)?(.*)$};
        my ($status, undef, $said) = run_in($report . ($place ? '/figures' : ''), $gnuplot, '-d', $name);
        fault("$script ended with $status", $said) if $status != 0;
    }
    check_pdf("$report/report.pdf");
    check_pictures($report, 0);
    return;
}

# The title of the PDF's own description is that of the experiment.
sub check_title {
    my $title = shift;
    my ($status, $said) = run_in($work, 'pdfinfo', '-enc', 'UTF-8', "$work/report/report.pdf");
    return if $status == 126;
    my ($found) = $said =~ /^Title: *(.*)$/m;
    $found //= '';
    utf8::decode($found);
    fault('the title of the PDF is', $found, 'not', $title)
        if without_blanks($found) ne without_blanks(sanitised($title));
    return;
}

# A report of these directories is whole, says these strings, has this title if one is given, and can
# be drawn again.
sub check_report {
    my ($name, $directories, $strings, $title) = @_;
    my $report = "$work/report";
    remove_tree($report);
    initscope([0], '', 'report', '-q', '-o', $report, @$directories);
    return result($name) if @why;
    check_pdf("$report/report.pdf");
    check_pictures($report, $name =~ /^a /);
    check_shown($report, @$strings);
    check_title($title) if defined $title;
    check_redrawn($report);
    my ($status, $said) = run_in("$work/cwd", $program, 'report', '--summary', @$directories);
    fault("--summary ended with $status") if $status != 0;
    fault('--summary is unsafe for a terminal') if $said =~ /[\x00-\x09\x0b-\x1f\x7f]/;
    check_canary();
    return result($name);
}

# --- The places ---------------------------------------------------------------

my @small = qw(run -v --hidden=2 --epochs=0 --seeds=1 --threads=1 --histograms=none --symmetry=none --spectrum=none --probe=4);

# A data set of 12 rows with these features and these classes.
sub data {
    my ($features, $classes) = @_;
    my $text = join(',', map { quoted($_) } @$features, 'label') . "\n";
    my $rows = @$classes * 4;
    for my $row (0 .. $rows - 1) {
        $text .= join(',', (map { ($row * 7 + $_ * 3) % 11 } 1 .. @$features), quoted($classes->[$row % @$classes])) . "\n";
    }
    return $text;
}

# What is no label: it says that there is none.
my $missing = qr/(?:|\?|-|NA|N\/A|n\/a|#N\/A|#NA|<NA>|NaN|nan|-nan|NAN|null|NULL|Null|None)/;

# The name of a column loses the blanks at its ends.
sub column_name { return $_[0] =~ s/^ +| +$//gr }

# All strings as the names of columns and classes of one data set.
sub columns_and_classes {
    my @strings = @_;
    my %seen = (label => 1);
    my @names = grep { column_name($_) ne '' && !$seen{column_name($_)}++ } @strings;
    write_file("$work/all.csv", data(\@names, \@strings));
    initscope([0], 'all', @small, "--data=$work/all.csv", '--loss=cross_entropy', '-o', "$work/all");
    my @features = column("$work/all/features.csv", 'feature');
    my @expected = map { cell_of(column_name($_)) } @names;
    fault('features.csv has ' . @features . ' of ' . @expected . ' names') if @features != @expected;
    for my $i (0 .. $#expected) { fault('a feature is', $features[$i], 'not', $expected[$i]) if ($features[$i] // '') ne $expected[$i] }
    my @classes = map { cell_of($_) } sort grep { !/\A$missing\z/ } @strings;
    fault('outputs.csv has other class names') if join("\n", column("$work/all/outputs.csv", 'name')) ne join("\n", @classes);
    check_canary();
    return result('columns and classes: ' . @strings . ' names in one run');
}

# What is no value of these options is refused, with a message that can be shown.
sub refused_values {
    my @strings = grep { length $_ < 100000 } @_;
    my $tried = 0;
    for my $string (@strings) {
        for my $option (qw(init activation optimizer hidden seed histograms)) {
            initscope([0, 2, 3], $string, @small, "--$option=$string", '-o', "$work/value");
            remove_tree("$work/value");
            $tried++;
        }
        initscope([2, 3], $string, $string =~ /^-/ ? ('report', '--', $string) : ('report', $string));
        initscope([2], $string, 'list', '--', $string) if $string !~ /^(?:all)$/;
        $tried += 2;
    }
    check_canary();
    return result("values that are refused: $tried");
}

# One string as the name of the file, a column, a class, the title, the note, weights, and the run
# directory; what of it the program refuses is left out. Returns the run directory and whether it has
# the title.
sub run_with {
    my ($string, $number) = @_;
    my $place = "$work/run$number";
    make_path($place);
    my $name = $string =~ m{[/]|^\.\.?$} || length $string > 200 ? "n$number" : $string;
    my ($data, $weights, $output) = ("$place/$name.csv", "$place/w$name", "$place/o$name");
    my $column = column_name($string) =~ /^(?:|label|second)$/ ? 'first' : $string;
    write_file($data, data([$column, 'second'], [$string, 'other'])) or fault('not written', $data);
    mkdir $weights;
    for my $layer ([1, 2, 2], [2, 2, 2]) {
        my $header = sprintf "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n", @$layer[1, 2];
        my $bias = sprintf "{'descr': '<f4', 'fortran_order': False, 'shape': (%d,), }\n", $layer->[1];
        write_file(sprintf('%s/layer%02d.W.npy', $weights, $layer->[0]), "\x93NUMPY\1\0" . pack('v', length $header) . $header . pack('f<4', 1, -.5, .5, 1));
        write_file(sprintf('%s/layer%02d.b.npy', $weights, $layer->[0]), "\x93NUMPY\1\0" . pack('v', length $bias) . $bias . pack('f<2', 0, 0));
    }
    my @arguments = (@small, "--data=$data", '-o', $output);
    initscope([0], $string, @arguments);
    my ($path) = map { $_->[1] } grep { $_->[0] eq 'data_path' } csv("$output/environment.csv");
    fault('data_path is', $path, 'not', $data) if ($path // '') ne $data;
    my @good;
    for my $option ("--title=$string", "--question=$string", "--note=$string", "--init=glorot_uniform file($weights)") {
        next if length $option > 100000;
        my $status = initscope([0, 2, 3], $string, @arguments, '--force', @good, $option);
        push @good, $option if $status == 0;
    }
    initscope([0], $string, @arguments, '--force', @good) if @good;
    return [$output, scalar grep { /^--title/ } @good];
}

# A run directory written by hand: each pair is the initializer and the activation of a run, and
# the activation stands wherever else a log has texts.
sub log_of {
    my @pairs = @_;
    my $place = "$work/log";
    remove_tree($place);
    make_path($place);
    my %file = (
        'epochs.csv' => "run,initializer,seed,epoch,train_loss,test_accuracy\n",
        'layers.csv' => "run,initializer,seed,epoch,layer,tensor,variance,mean\n",
        'runs.csv' => "run,initializer,activation,hidden,optimizer,seed,status\n",
        'features.csv' => "feature,mean,variance\n",
        'environment.csv' => "key,value\n",
        'theory.csv' => "initializer,layer,tensor,variance\n",
    );
    my $run = 0;
    for my $pair (@pairs) {
        # Only what begins with an apostrophe needs one more to be read as it is.
        my ($initializer, $other) = map { quoted(/^'/ ? cell_of($_) : $_) } @$pair;
        $run++;
        $file{'runs.csv'} .= join(',', $run, $initializer, $other, '"1,2"', $other, 1, $other) . "\n";
        $file{'features.csv'} .= "$other,1,2\n";
        $file{'environment.csv'} .= "$other,$other\n";
        $file{'theory.csv'} .= join(',', $initializer, $_, 'preactivation', 1) . "\n" for 1, 2;
        for my $epoch (0, 1) {
            $file{'epochs.csv'} .= join(',', $run, $initializer, 1, $epoch, 1 / $run, .5) . "\n";
            for my $layer (1 .. 4) {
                $file{'layers.csv'} .= join(',', $run, $initializer, 1, $epoch, $layer, $_, $layer ** (1 + $run / 30), 0) . "\n"
                    for qw(weight preactivation activation delta gradient);
            }
        }
    }
    my ($line) = grep { !/[\x00\r\n]/ && length $_ < 60000 && !/^\s*(?:;|$)| ;/ } map { $_->[1] } @pairs;
    $file{'experiment.ini'} = defined $line ? join '', map { "$_ = $line\n" } qw(title question note data optimizer) : '';
    write_file("$place/$_", $file{$_}) for keys %file;
    return ($place, $line);
}

# --- The tests ----------------------------------------------------------------

prepare_home();
make_path("$work/cwd", "$work/cwd/bin");
plant($_) for "$work/cwd", "$work/cwd/bin";
my @strings = strings();
fault('fewer than 500 strings') if @strings < 500;
check_canary();
result(@strings . ' strings');

my $gnuplot = grep { -x "$_/gnuplot" } grep { m{^/} } split /:/, $ENV{PATH};
my @sample = $all ? @strings : @strings[grep { $_ % 33 == 7 } 0 .. $#strings];
columns_and_classes(@strings);
refused_values(@sample);

sub batches { my ($size, @list) = @_; my @batches; push @batches, [splice @list, 0, $size] while @list; return @batches }

for my $batch (batches(30, @sample)) {
    last if !$gnuplot;
    my ($log, $title) = log_of(map { [$_, $_] } @$batch);
    check_report('a log by hand: ' . @$batch . ' initializers', [$log], $batch, $title);
    my %named = map { $_ => 1 } column("$work/report/summary.csv", 'initializer');
    fault('an initializer of summary.csv is not', $_) for grep { !$named{cell_of($_)} } @$batch;
    result('summary.csv names them');
}

# With one activation each initializer has a panel, titled with its name.
for my $batch (batches(30, @sample)) {
    last if !$gnuplot;
    my ($log) = log_of(map { [$_, 'plain'] } @$batch);
    check_report('a panel each: ' . @$batch . ' initializers', [$log], []);
    my $panels = join "\n", column(glob("$work/report/figures/*-signal.csv"), 'panel');
    utf8::decode($panels);
    $panels = spelled(without_blanks($panels));
    for my $string (@$batch) {
        my $shown = spelled(without_blanks(sanitised($string)));
        fault('no panel is titled', $string) if $shown ne '' && index($panels, $shown) < 0;
    }
    result('each has its panel');
}

for my $batch (batches(10, $all ? @sample : @sample[0 .. 4])) {
    last if !$gnuplot;
    my ($log) = log_of(map { my $level = $_; map { [$_, $level] } 'plain', $batch->[0] } @$batch);
    check_report('a grid: ' . @$batch . ' activations', [$log], $batch);
}

my $number = 0;
for my $batch (batches(10, $all ? @sample : @sample[grep { $_ % 5 == 0 } 0 .. $#sample])) {
    my @runs = map { run_with($_, $number++) } @$batch;
    my @titles = map { $batch->[$_] } grep { $runs[$_][1] } 0 .. $#runs;
    check_canary();
    result('runs: file, column, class, title, note, weights and directory, ' . @$batch . ' strings');
    check_report('their report', [map { $_->[0] } @runs], \@titles) if $gnuplot;
    remove_tree(glob "$work/run*");
}
if ($gnuplot) {
    fault("only $looked") if $looked < @sample;
    result("strings looked for in pages: $looked");
}
print "# $started runs of initscope\n1..$tests\n";
exit($failed > 0);
